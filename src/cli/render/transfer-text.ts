import type { NotCopied, PlannedTransfer } from '../../core/index.js';
import { type Line, styled, tableLines } from '../text/index.js';

/** What is brought over onto its partner, in order, how, and what is excluded. */
export function transferLines(transfers: readonly PlannedTransfer[]): readonly Line[] {
  return tableLines(
    transfers.map((transfer, index) => [
      String(index + 1).padStart(2),
      transfer.guestPath ?? [styled('dim', transfer.by === 'files' ? 'not in fstab' : '')],
      transfer.position,
      transfer.by,
      ...details(transfer),
    ]),
  );
}

function details(transfer: PlannedTransfer): readonly string[] {
  if (transfer.by !== 'files') return [transfer.reason, ''];
  const { faithfulness, excludes } = transfer;
  return [
    faithfulness === 'vfat' ? 'without owners and links (vfat)' : '',
    excludes.length === 0 ? '' : `without ${excludes.join(' ')}`,
  ];
}

/** What is not copied, and why. */
export function notCopiedLines(notCopied: readonly NotCopied[]): readonly Line[] {
  return tableLines(notCopied.map(({ position, content, reason }) => [position, content, reason]));
}
