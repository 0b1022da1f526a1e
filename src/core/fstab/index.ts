export {
  type LeftOutLine,
  type LeftOutReason,
  type MountPlan,
  type PlannedMount,
  type PlannedSubvolume,
  mountable,
  planMounts,
} from './mount-plan.js';
export { type FoundFstab, fstabPaths, isOwnRoot, rootCandidates, subvolumeFstabs } from './root.js';
