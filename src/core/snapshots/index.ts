export {
  fillSpeed,
  type FillReading,
  type FillVerdict,
  judgeFill,
  pauseBeforeNextLook,
  withReading,
} from './fill.js';
export { poolObstacle } from './pool.js';
export { grownSizeBytes } from './growth.js';
export { proposeSnapshotSize, saySnapshotSize } from './proposal.js';
export { coveringBytes, snapshotSizeBytes } from './size.js';
