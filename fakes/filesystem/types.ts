import type { DeviceNumber } from '../../src/core/model/index.js';

/** What blkid and mount read of a file system before they look into it. */
export interface Superblock {
  /** As blkid prints TYPE: `ext3`, `xfs`, `vfat`, `btrfs`... */
  readonly type: string;
  readonly uuid?: string;
  readonly label?: string;
  /** As blkid prints BLOCK_SIZE. */
  readonly blockSizeBytes: number;
  /** Size of the file system; a device smaller than this cannot be mounted. */
  readonly sizeBytes: number;
  /** As blkid prints VERSION: `1.0` for ext, `FAT16`... */
  readonly version?: string;
  /** btrfs: UUID_SUB. */
  readonly subUuid?: string;
  /** btrfs: UUID_SUB of the other devices it lies on; without any of them it cannot be mounted. */
  readonly otherDevices?: readonly string[];
  /** Features that the kernels here do not know: those that forbid every mount, or writing. */
  readonly unknownFeatures?: 'incompatible' | 'read-only-compatible';
  /** btrfs: paths of directories that are subvolumes. */
  readonly subvolumes?: readonly string[];
}

/**
 * A file system at rest or mounted. The block layer stores it, forks it for snapshots and asks it
 * nothing but its superblock.
 */
export interface FileSystemImage {
  readonly superblock: Superblock;
  /** `needs-recovery`: mounted read-write somewhere, or not cleanly unmounted. */
  journal: 'clean' | 'needs-recovery';
  /** An independent copy of what it is now: what a snapshot shows. Should be cheap. */
  fork(): FileSystemImage;
}

/** A line of the mount table. */
export interface MountRecord {
  readonly id: number;
  readonly parentId: number;
  readonly mountPoint: string;
  /** As mountinfo shows it: `/dev/mapper/...`, `tmpfs`'s own word... */
  readonly source: string;
  readonly type: string;
  /** Per-mount options: `rw`, `nosuid`... */
  options: readonly string[];
  /** Options of the superblock, shared by all its mounts. */
  superOptions: readonly string[];
  /** st_dev: the block device, or an anonymous number (0:N) for tmpfs. */
  readonly device: DeviceNumber;
  /** Root of the mount inside its file system. */
  readonly root: string;
  /**
   * The image of a file system without a block device (root, tmpfs). With a block device the image
   * is asked of the block layer at each access, so that a dead snapshot gives input/output errors.
   */
  readonly image?: FileSystemImage;
}
