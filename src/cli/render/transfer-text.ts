import type { NotCopied, PlannedTransfer } from '../../core/index.js';
import { type Line, styled, tableLines } from '../text/index.js';

/** What is copied onto its partner, in order, with what is excluded. */
export function transferLines(transfers: readonly PlannedTransfer[]): readonly Line[] {
  return tableLines(
    transfers.map(({ position, guestPath, faithfulness, excludes }, index) => [
      String(index + 1).padStart(2),
      guestPath ?? [styled('dim', 'not in fstab')],
      position,
      faithfulness === 'vfat' ? 'without owners and links (vfat)' : '',
      excludes.length === 0 ? '' : `without ${excludes.join(' ')}`,
    ]),
  );
}

/** What is not copied, and why. */
export function notCopiedLines(notCopied: readonly NotCopied[]): readonly Line[] {
  return tableLines(notCopied.map(({ position, content, reason }) => [position, content, reason]));
}
