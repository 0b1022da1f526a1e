export { type FstabEntry, type FstabParse, parseFstab } from './parse.js';
export { deviceResolver, type DeviceResolver } from './device-names.js';
export {
  comparePaths,
  type LeftOutLine,
  type LeftOutReason,
  type MountPlan,
  plainPath,
  type PlannedMount,
  planMounts,
} from './mount-plan.js';
export { type FoundFstab, isOwnRoot, rootCandidates } from './root.js';
