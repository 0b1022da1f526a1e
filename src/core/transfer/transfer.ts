import type { DeviceNode, FileSystemNode, NodePosition } from '../model/index.js';

interface Placed {
  readonly position: NodePosition;
  /** Where the guest mounts it; absent when its fstab does not. */
  readonly guestPath?: string;
}

/** One file system of the source and its partner on a target, brought over file by file. */
export interface FilesTransfer extends Placed {
  readonly by: 'files';
  readonly source: FileSystemNode;
  readonly target: FileSystemNode;
  readonly faithfulness: 'posix' | 'vfat';
  /** rsync patterns anchored at this file system's root. */
  readonly excludes: readonly string[];
  /** btrfs: subvolumes the guest mounts, by path; the standby must have them as such. */
  readonly subvolumes?: readonly string[];
}

/** A device of which all blocks that differ are brought over: the partner becomes its equal. */
export interface BlocksTransfer extends Placed {
  readonly by: 'blocks';
  readonly source: DeviceNode;
  readonly target: DeviceNode;
  /** Why not file by file. */
  readonly reason: string;
}

/** Swap, of which only the header is brought over: its UUID and label, never its content. */
export interface HeaderTransfer extends Placed {
  readonly by: 'header';
  readonly source: DeviceNode;
  readonly target: DeviceNode;
  readonly reason: string;
}

/** A device of the source, its partner on a target, and how it is brought over. */
export type Transfer = FilesTransfer | BlocksTransfer | HeaderTransfer;

/** A transfer without its devices, which are in the trees. */
export type PlannedTransfer =
  | Omit<FilesTransfer, 'source' | 'target'>
  | Omit<BlocksTransfer, 'source' | 'target'>
  | Omit<HeaderTransfer, 'source' | 'target'>;

export function plannedTransfer(transfer: Transfer): PlannedTransfer {
  const { source: _source, target: _target, ...planned } = transfer;
  return planned;
}

/** A part of the guest that is not copied, and why. */
export interface NotCopied {
  readonly position: NodePosition;
  readonly content: string;
  readonly reason: string;
}

/** What is at the end of a swap header, for each size of a page. */
const swapSignatures = ['SWAPSPACE2', 'SWAP-SPACE'];
const pageSizes = [4096, 8192, 16_384, 32_768, 65_536];

/** So many bytes hold the header of swap, whatever its page size. */
export const swapHeaderMaximumBytes = 65_536;

/**
 * The header of swap: its first page, whose size its signature tells.
 *
 * @param start - the first {@link swapHeaderMaximumBytes} of the device, or all of it.
 * @returns `undefined` where there is no signature.
 */
export function swapHeader(start: Uint8Array): Uint8Array | undefined {
  const size = pageSizes.find((bytes) =>
    swapSignatures.includes(String.fromCharCode(...start.subarray(bytes - 10, bytes))),
  );
  return size === undefined ? undefined : start.subarray(0, size);
}
