import type { SnapshotSize } from '../model/index.js';

/** What one thick snapshot turned out to need. */
export interface SnapshotNeed {
  readonly originBytes: number;
  /** With which it was made. */
  readonly initialBytes: number;
  /** At the end, grown or not. */
  readonly sizeBytes: number;
  readonly peakUsedBytes: number;
}

/** A snapshot should be no fuller than this at its end. */
const comfortableShare = 2 / 3;
/** How much longer than it lasted a copy that was cut off may have gone on. */
const unfinishedFactor = 3;
const mebibyte = 1024 ** 2;

/**
 * A `snapshotSize` that would have been enough for all snapshots of a guest, in the unit that is
 * configured; `undefined` when the present one is. For a copy that was cut off, what it would have
 * needed is unknown: at the speed that was seen, for three times as long, and at least double.
 */
export function proposeSnapshotSize(
  configured: SnapshotSize,
  needs: readonly SnapshotNeed[],
  end: 'completed' | 'cut-off',
): SnapshotSize | undefined {
  const wanted = needs.map((need) => ({ ...need, bytes: wantedBytes(need, end) }));
  if (wanted.every(({ bytes, initialBytes }) => bytes <= initialBytes)) return undefined;
  if (configured.kind === 'bytes') {
    const bytes = Math.max(configured.bytes, ...wanted.map((need) => need.bytes));
    const unit = bytes < 1024 * mebibyte ? 16 * mebibyte : 256 * mebibyte;
    return { kind: 'bytes', bytes: Math.ceil(bytes / unit) * unit };
  }
  const shares = wanted.map(({ bytes, originBytes }) => (100 * bytes) / originBytes);
  const percent = Math.ceil(Math.max(configured.percent, ...shares) / 5) * 5;
  // A little more than the origin holds the tables too: such a snapshot can never overflow.
  return { kind: 'percent-of-origin', percent: percent >= 100 ? 101 : percent };
}

function wantedBytes(need: SnapshotNeed, end: 'completed' | 'cut-off'): number {
  const { peakUsedBytes, sizeBytes } = need;
  if (end === 'completed') return peakUsedBytes / comfortableShare;
  const filled = peakUsedBytes >= sizeBytes * comfortableShare;
  return filled ? Math.max(2 * sizeBytes, unfinishedFactor * peakUsedBytes) : 0;
}

/** As the configuration writes it: `45%`, `768M`, `3G`. */
export function saySnapshotSize(size: SnapshotSize): string {
  if (size.kind === 'percent-of-origin') return `${String(size.percent)}%`;
  const mebibytes = Math.ceil(size.bytes / mebibyte);
  return mebibytes % 1024 === 0 ? `${String(mebibytes / 1024)}G` : `${String(mebibytes)}M`;
}
