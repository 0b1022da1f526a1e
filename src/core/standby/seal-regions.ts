import type { Content } from '../model/index.js';
import { fatRegions } from './fat-header.js';
import type { ByteRange } from './seal.js';
import { xfsRegions } from './xfs-header.js';

const kibibyte = 1024;

/** Enough of the start of a device to know where XFS and FAT keep what changes with use. */
export const sealHeaderBytes = 4 * kibibyte;

/** Is the start of the device needed to say which of its pieces are sealed? */
export function needsSealHeader(content: Content): boolean {
  return content.kind === 'file-system' && ['xfs', 'vfat'].includes(content.type);
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

function regionsOf(content: Content, header: Uint8Array): readonly ByteRange[] {
  const start = { offsetBytes: 0, lengthBytes: sealHeaderBytes };
  switch (sealedType(content)) {
    case undefined:
      return [];
    case 'xfs':
      return xfsRegions(header) ?? [start];
    case 'vfat':
      return fatRegions(header) ?? [start];
    // The primary superblock. Its copies are written by the same commits.
    case 'btrfs':
      return [{ offsetBytes: 64 * kibibyte, lengthBytes: 4 * kibibyte }];
    // ext: boot block and primary superblock, which every mount stamps. swap: its header.
    default:
      return [start];
  }
}
