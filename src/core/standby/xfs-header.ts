import type { ByteRange } from './seal.js';

const kibibyte = 1024;
/** Log positions count in blocks of this size, whatever the file system's own. */
const logBlockBytes = 512;
/** More than a quiet mount and unmount, or the first checkpoint of a use, can step over. */
const logWindowBytes = kibibyte * kibibyte;
/** Superblock, AGF, AGI and AGFL: four sectors at the start of each allocation group. */
const groupHeaderSectors = 4;
const maximumGroups = 64;

/**
 * What of an XFS is sealed. The superblock's counters are lazy: it is written at unmount, so a
 * guest that was killed leaves it as it was, with its files in the log (measured). Therefore the
 * log from where the superblock was last written to it: after a clean unmount its head lies a few
 * blocks behind, and nothing can be changed without being written there first. Version 4 has no
 * such pointer; there the headers of the allocation groups stand in.
 *
 * Fields as in the kernel's xfs_dsb, big-endian.
 *
 * @returns `undefined` where the bytes are no plausible superblock, or the log lies elsewhere.
 */
export function xfsRegions(header: Uint8Array): readonly ByteRange[] | undefined {
  if (header.length < 512) return undefined;
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const magic = view.getUint32(0);
  const blockBytes = view.getUint32(4);
  const blocks = Number(view.getBigUint64(8));
  const sectorBytes = view.getUint16(102);
  const isPlausible =
    magic === 0x58465342 &&
    blocks > 0 &&
    isPowerOfTwo(blockBytes, 512, 64 * kibibyte) &&
    isPowerOfTwo(sectorBytes, 512, 32 * kibibyte);
  if (!isPlausible) return undefined;
  const version = view.getUint16(100) & 0xf;
  if (version !== 5) return groupHeaders(view, blockBytes, sectorBytes);
  const log = logWindow(view, blockBytes);
  if (log.length === 0) return undefined;
  return [{ offsetBytes: 0, lengthBytes: 4 * kibibyte }, ...log];
}

/** The kernel mounts no other sizes of blocks and sectors: XFS_MIN_BLOCKSIZE and its neighbours. */
function isPowerOfTwo(value: number, minimum: number, maximum: number): boolean {
  return value >= minimum && value <= maximum && Number.isInteger(Math.log2(value));
}

function logWindow(view: DataView, blockBytes: number): readonly ByteRange[] {
  const logStart = view.getBigUint64(48);
  const groupBlocks = view.getUint32(84);
  const logBytes = view.getUint32(96) * blockBytes;
  const groupShift = BigInt(view.getUint8(124));
  const group = Number(logStart >> groupShift);
  const blockInGroup = Number(logStart & ((1n << groupShift) - 1n));
  const startBytes = (group * groupBlocks + blockInGroup) * blockBytes;
  // The lower half of the LSN; the upper one counts how often the log went round.
  const fromBytes = view.getUint32(244) * logBlockBytes;
  if (logStart === 0n || fromBytes >= logBytes) return [];
  const length = Math.min(logWindowBytes, logBytes);
  const first = Math.min(length, logBytes - fromBytes);
  return [
    { offsetBytes: startBytes + fromBytes, lengthBytes: first },
    { offsetBytes: startBytes, lengthBytes: length - first },
  ].filter(({ lengthBytes }) => lengthBytes > 0);
}

function groupHeaders(
  view: DataView,
  blockBytes: number,
  sectorBytes: number,
): readonly ByteRange[] {
  const groupBytes = view.getUint32(84) * blockBytes;
  const groups = Math.min(view.getUint32(88), maximumGroups);
  return Array.from({ length: groups }, (_, index) => ({
    offsetBytes: index * groupBytes,
    lengthBytes: groupHeaderSectors * sectorBytes,
  }));
}
