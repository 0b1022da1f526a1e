export {
  decideGuest,
  type DecisionOptions,
  type GuestDecision,
  type HostInventory,
  type RefusedTarget,
} from './decide.js';
export { disksOnTarget, type DiskSelection, type GuestDisk, selectDisks } from './disks.js';
export { snapshotSizeBytes } from './snapshot-size.js';
export { holdsItsDisks, stateMeaning, type StateMeaning } from './states.js';
