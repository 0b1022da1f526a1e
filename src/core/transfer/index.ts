export { judgeDeletions, liftedDeletionLimits } from './deletions.js';
export { findUnsupported, matchTransfers, type NotCopied, type Transfer } from './match.js';
export { copyFailureTexts } from './outcome.js';
