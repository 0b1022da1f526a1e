export { judgeDeletions, liftedDeletionLimits } from './deletions.js';
export { matchTransfers } from './match.js';
export { findMisplacedChoice } from './misplaced-choice.js';
export { findUnsupported } from './unsupported.js';
export { copyFailureRemedies, copyFailureTexts } from './outcome.js';
export {
  type BlocksTransfer,
  type FilesTransfer,
  type HeaderTransfer,
  type NotCopied,
  type PlannedTransfer,
  plannedTransfer,
  swapHeader,
  swapHeaderMaximumBytes,
  type Transfer,
} from './transfer.js';
