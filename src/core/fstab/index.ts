export {
  type LeftOutLine,
  type LeftOutReason,
  type MountPlan,
  type PlannedMount,
  planMounts,
} from './mount-plan.js';
export { type FoundFstab, isOwnRoot, rootCandidates } from './root.js';
