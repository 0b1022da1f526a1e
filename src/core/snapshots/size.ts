import type { SnapshotSize } from '../model/index.js';

/** LVM's default chunk of a thick snapshot, and what one chunk of its exception table describes. */
const chunkBytes = 4096;
const chunksPerTable = chunkBytes / 16;

/**
 * Size of a thick snapshot: rounded up to whole extents, and never above what LVM can use, a full
 * copy of the origin with its exception tables. (Measured: LVM itself reduces 64 GiB silently to
 * 1508 MiB for an origin of 1500 MiB.)
 *
 * @returns bytes
 */
export function snapshotSizeBytes(
  wanted: SnapshotSize,
  originBytes: number,
  extentBytes: number,
): number {
  const asked = wanted.kind === 'bytes' ? wanted.bytes : (originBytes * wanted.percent) / 100;
  const bytes = Math.min(Math.max(asked, smallestBytes), coveringBytes(originBytes));
  return Math.ceil(bytes / extentBytes) * extentBytes;
}

/** LVM refuses less than three chunks: header, one table, one chunk of data. */
const smallestBytes = 3 * chunkBytes;

/** Enough for every chunk of the origin to change: then the snapshot can never overflow. */
export function coveringBytes(originBytes: number): number {
  const dataChunks = Math.ceil(originBytes / chunkBytes);
  // A table that is exactly full needs an empty one behind it as its end.
  const tableChunks = Math.floor(dataChunks / chunksPerTable) + 1;
  return (1 + tableChunks + dataChunks) * chunkBytes;
}
