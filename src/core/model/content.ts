/**
 * What stands on a block device, judged by content and never by a partition's type or flag:
 * those can lie (installers leave PVs on "Linux data" partitions).
 */
export type Content =
  | { readonly kind: 'blank' }
  | { readonly kind: 'partition-table'; readonly label: 'msdos' | 'gpt'; readonly uuid?: string }
  | { readonly kind: 'physical-volume'; readonly uuid: string }
  | { readonly kind: 'swap'; readonly uuid?: string; readonly label?: string }
  | FileSystemContent
  | { readonly kind: 'other'; readonly type: string; readonly uuid?: string };

/** A file system, as blkid tells it. */
export interface FileSystemContent {
  readonly kind: 'file-system';
  /** As blkid names it: `ext4`, `xfs`, `vfat`, `btrfs`... */
  readonly type: string;
  readonly uuid?: string;
  readonly label?: string;
  /** Which of a file system's devices this is, where one may have several (btrfs: `UUID_SUB`). */
  readonly deviceUuid?: string;
}

/** What a partition's own entry in the table says, for fstab names and for comparison. */
export interface PartitionEntry {
  readonly number: number;
  readonly startBytes: number;
  readonly sizeBytes: number;
  readonly kind: 'primary' | 'extended' | 'logical';
  /** GPT name (PARTLABEL). */
  readonly name?: string;
  readonly flags: readonly string[];
}

/** A partition table, as parted reads it. */
export interface PartitionTable {
  readonly label: 'msdos' | 'gpt';
  readonly sizeBytes: number;
  readonly logicalSectorSizeBytes: number;
  readonly partitions: readonly PartitionEntry[];
}

/** Device number of a block device node. */
export interface DeviceNumber {
  readonly major: number;
  readonly minor: number;
}

/** A map that kpartx made for one partition. */
export interface PartitionMap {
  readonly number: number;
  /** Device-mapper name, as kpartx printed it. Never computed. */
  readonly name: string;
  readonly deviceNumber: DeviceNumber;
  readonly sizeSectors: number;
}

/** Guest LVM as read from the guest's own physical volumes. */
export interface GuestVolumeGroup {
  readonly name: string;
  readonly uuid: string;
  readonly extentSizeBytes: number;
  readonly missingPhysicalVolumes: number;
  readonly physicalVolumes: readonly GuestPhysicalVolume[];
  readonly logicalVolumes: readonly GuestLogicalVolume[];
}

export interface GuestPhysicalVolume {
  readonly uuid: string;
  /** Path of the device it was read from: one of our maps. */
  readonly device: string;
  /** First extent's offset on that device. */
  readonly firstExtentBytes: number;
  readonly sizeBytes: number;
}

export interface GuestLogicalVolume {
  readonly name: string;
  readonly uuid: string;
  readonly sizeBytes: number;
  /** Segments in order of their start. */
  readonly segments: readonly GuestSegment[];
}

/** One segment of a guest LV, with all that a device-mapper line needs. */
export interface GuestSegment {
  /** `linear`, `striped`, or a type that cannot be mapped by us (`raid1`, `thin`, ...). */
  readonly type: string;
  readonly startBytes: number;
  readonly sizeBytes: number;
  /** For `striped`; 0 for linear. */
  readonly stripeSizeBytes: number;
  /** The areas in order: device path and first physical extent. */
  readonly areas: readonly { readonly device: string; readonly firstExtent: number }[];
}
