export {
  type DeletionLimits,
  type DeletionVerdict,
  type DryPassCounts,
  judgeDeletions,
} from './deletions.js';
export { rebaseExcludes } from './excludes.js';
export {
  findUnsupported,
  matchTransfers,
  type NotCopied,
  type Transfer,
  type TransferPlan,
} from './match.js';
export { type CopyFailureKind, copyFailureTexts } from './outcome.js';
