import type { SnapshotSize } from '../model/index.js';

/**
 * Size of a thick snapshot: rounded up to whole extents, at least one, and never above what LVM can
 * use: a full copy of the origin plus its exception tables (16 bytes for each 4 KiB chunk), with an
 * extent for the header. (Measured: LVM itself reduces silently, 64 GiB to 1508 MiB for 1500 MiB.)
 *
 * @returns bytes
 */
export function snapshotSizeBytes(
  wanted: SnapshotSize,
  originBytes: number,
  extentBytes: number,
): number {
  const asked = wanted.kind === 'bytes' ? wanted.bytes : (originBytes * wanted.percent) / 100;
  const extents = Math.max(1, Math.ceil(asked / extentBytes));
  const usefulExtents = Math.ceil((originBytes * (1 + 16 / 4096)) / extentBytes) + 1;
  return Math.min(extents, usefulExtents) * extentBytes;
}
