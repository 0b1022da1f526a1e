import type { Content } from '../model/index.js';
import { fatRegions } from './fat-header.js';
import { ntfsRegions } from './ntfs-header.js';
import type { ByteRange } from './seal.js';
import { xfsRegions } from './xfs-header.js';

const kibibyte = 1024;

/** Enough of the start of a device to know where XFS and FAT keep what changes with use. */
export const sealHeaderBytes = 4 * kibibyte;

/** Is the start of the device needed to say which of its pieces are sealed? */
export function needsSealHeader(content: Content): boolean {
  return content.kind === 'file-system' && ['xfs', 'vfat', 'ntfs'].includes(content.type);
}

/** The name a seal gives to what stands on a device; `undefined` for what bears no seal. */
export function sealedType(content: Content): string | undefined {
  switch (content.kind) {
    case 'file-system':
    case 'other':
      return content.type;
    case 'swap':
      return 'swap';
    // Compared as layout, not as content.
    case 'blank':
    case 'partition-table':
    case 'physical-volume':
      return undefined;
  }
}

/**
 * The pieces of a device that a read-write mount, or what is written in one, does not leave as
 * they were; a read-only look does. Why these, and what was measured: docs/decisions/0018.
 *
 * @param header - the first {@link sealHeaderBytes} of the device where {@link needsSealHeader}.
 * Without it, or where it does not say what it must, the start of the device alone is sealed.
 */
export function regionsToSeal(
  content: Content,
  sizeBytes: number,
  header: Uint8Array = new Uint8Array(0),
): readonly ByteRange[] {
  return regionsOf(content, header)
    .map(({ offsetBytes, lengthBytes }) => ({
      offsetBytes,
      lengthBytes: Math.min(lengthBytes, sizeBytes - offsetBytes),
    }))
    .filter(({ lengthBytes }) => lengthBytes > 0);
}

const mebibyte = 1024 * kibibyte;

/**
 * The pieces of a device that was brought over by blocks. What lies inside is not known, so these are
 * guesses at where use shows: the start, with the superblocks of what lies on a whole disk and LUKS1's
 * first data; the start of LUKS2's data; what NTFS keeps of itself; and samples all over.
 *
 * @param header - as for {@link regionsToSeal}.
 */
export function blockRegionsToSeal(
  content: Content,
  sizeBytes: number,
  header?: Uint8Array,
): readonly ByteRange[] {
  const step = Math.floor(sizeBytes / (blockSamples + 1) / mebibyte) * mebibyte;
  const samples = Array.from({ length: blockSamples }, (_, index) => ({
    offsetBytes: (index + 1) * step,
    lengthBytes: 64 * kibibyte,
  }));
  const wanted = [
    { offsetBytes: 0, lengthBytes: 4 * mebibyte },
    { offsetBytes: 16 * mebibyte, lengthBytes: 2 * mebibyte },
    ...regionsToSeal(content, sizeBytes, header),
    ...samples,
  ];
  const inside = wanted
    .map(({ offsetBytes, lengthBytes }) => ({
      offsetBytes,
      lengthBytes: Math.min(lengthBytes, sizeBytes - offsetBytes),
    }))
    .filter(({ lengthBytes }) => lengthBytes > 0);
  const isWithin = (range: ByteRange, other: ByteRange): boolean =>
    range.offsetBytes >= other.offsetBytes &&
    range.offsetBytes + range.lengthBytes <= other.offsetBytes + other.lengthBytes;
  return inside.filter(
    (range, index) => !inside.slice(0, index).some((other) => isWithin(range, other)),
  );
}

/** Few: each costs two processes on the host, in each run. */
const blockSamples = 6;

function regionsOf(content: Content, header: Uint8Array): readonly ByteRange[] {
  const start = { offsetBytes: 0, lengthBytes: sealHeaderBytes };
  switch (sealedType(content)) {
    case undefined:
      return [];
    case 'xfs':
      return xfsRegions(header) ?? [start];
    case 'vfat':
      return fatRegions(header) ?? [start];
    case 'ntfs':
      return [start, ...(ntfsRegions(header) ?? [])];
    // The primary superblock. Its copies are written by the same commits.
    case 'btrfs':
      return [{ offsetBytes: 64 * kibibyte, lengthBytes: 4 * kibibyte }];
    // ext: boot block and primary superblock, which every mount stamps. swap: its header.
    default:
      return [start];
  }
}
