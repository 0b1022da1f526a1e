import type { DeviceNumber } from '../../src/core/model/index.js';
import type { FileSystemImage } from '../filesystem/types.js';
import type { VolumeGroupMetadata } from '../lvm/types.js';

/** Bytes in a sector, the unit of device-mapper tables whatever the disk's own sector size. */
export const sectorBytes = 512;

/** `major:minor`, the key of a device in the kernel's tables. */
export type DeviceKey = string;

/** An address space that stores data: a physical disk, a backing file, a family of thin volumes. */
export type SpaceId = string;

/**
 * A version of the data in address spaces. `live` is what the origin shows; each snapshot (thick
 * or thin) has a view of its own over the same addresses.
 */
export type ViewId = string;

export const liveView: ViewId = 'live';

/** A piece of backing store, as one view shows it. */
export interface Extent {
  readonly space: SpaceId;
  readonly view: ViewId;
  /** Sectors from the start of the address space. */
  readonly start: number;
  readonly sectors: number;
}

/** The place of an extent without its view: where in the world a content was written. */
export type Place = Omit<Extent, 'view'>;

/** An address space. Its data survives a reboot. */
export interface AddressSpace {
  readonly id: SpaceId;
  readonly sectors: number;
}

/**
 * What was written somewhere, found again by whoever maps its first sector. `layout` says where
 * all of it lies: a device that maps other pieces behind the first one shows a damaged content.
 */
export interface ContentRecord {
  readonly layout: readonly Place[];
  content: BlockContent;
  /** World sequence number of the last write into it: two snapshots must agree on it. */
  lastWrite: number;
  /** Where the next write of a running file system lands, in sectors from its start. */
  writeCursor: number;
}

/** Structured contents of a block device. Absent record: blank. */
export type BlockContent =
  | PartitionTableContent
  | PhysicalVolumeContent
  | SwapContent
  | FileSystemBlockContent
  | ExceptionStoreContent
  | OtherContent;

export interface PartitionTableContent {
  readonly kind: 'partition-table';
  readonly label: 'msdos' | 'gpt';
  /** msdos: eight hexadecimal digits; gpt: a UUID. As blkid prints PTUUID. */
  readonly uuid: string;
  readonly logicalSectorBytes: number;
  readonly entries: readonly TableEntry[];
}

export interface TableEntry {
  readonly number: number;
  readonly kind: 'primary' | 'extended' | 'logical';
  /** In sectors of 512 bytes from the start of the disk, also for logical partitions. */
  readonly start: number;
  readonly sectors: number;
  /** `0x83`, `0x8e` or a GPT type GUID in lower case, as blkid prints PART_ENTRY_TYPE. */
  readonly type: string;
  /** GPT: the partition's GUID. msdos has none of its own. */
  readonly uuid?: string;
  /** GPT name. */
  readonly name?: string;
  /** Active flag of msdos, legacy-boot attribute of GPT. */
  readonly bootable: boolean;
}

export interface PhysicalVolumeContent {
  readonly kind: 'physical-volume';
  /** With LVM's hyphens. */
  readonly uuid: string;
  /** Size the label was written for; LVM complains when the device is smaller. */
  readonly deviceSectors: number;
  /** First extent, in sectors from the start of the device. */
  readonly extentsStart: number;
  /** The group's metadata as this volume carries it; absent for an orphan. */
  metadata?: VolumeGroupMetadata;
}

export interface SwapContent {
  readonly kind: 'swap';
  readonly uuid?: string;
  readonly label?: string;
  readonly sectors: number;
}

export interface FileSystemBlockContent {
  readonly kind: 'file-system';
  /** Names, entries and data, and its superblock. Never shared by two records. */
  readonly image: FileSystemImage;
}

/** On a thick snapshot's copy-on-write volume: which view it keeps and how full it is. */
export interface ExceptionStoreContent {
  readonly kind: 'exception-store';
  readonly view: ViewId;
  readonly chunkSectors: number;
  /** Chunks of the origin that differ, as sector ranges of the backing store. */
  exceptions: readonly Place[];
  status: 'valid' | 'invalid';
}

/** Anything else blkid may know: `ntfs`, `crypto_LUKS`, `zfs_member`... */
export interface OtherContent {
  readonly kind: 'other';
  /** As blkid prints TYPE. */
  readonly type: string;
  /** As blkid prints USAGE. */
  readonly usage: 'filesystem' | 'raid' | 'crypto' | 'other';
  readonly uuid?: string;
  /** As blkid prints UUID_SUB: which device of a file system on several this is. */
  readonly subUuid?: string;
  readonly label?: string;
  readonly version?: string;
  readonly sectors: number;
  /** Stands for its bytes: two devices with the same digest have the same bytes. */
  readonly digest: string;
}

/** One line of a device-mapper table. Offsets and lengths in sectors. */
export type Target =
  | LinearTarget
  | StripedTarget
  | SnapshotOriginTarget
  | SnapshotTarget
  | ThinPoolTarget
  | ThinTarget
  | { readonly kind: 'error' | 'zero'; readonly start: number; readonly sectors: number };

interface TargetRange {
  /** First sector of the map that this line covers. */
  readonly start: number;
  readonly sectors: number;
}

export interface LinearTarget extends TargetRange {
  readonly kind: 'linear';
  readonly device: DeviceKey;
  readonly offset: number;
}

export interface StripedTarget extends TargetRange {
  readonly kind: 'striped';
  readonly chunkSectors: number;
  readonly stripes: readonly { readonly device: DeviceKey; readonly offset: number }[];
}

export interface SnapshotOriginTarget extends TargetRange {
  readonly kind: 'snapshot-origin';
  readonly device: DeviceKey;
}

export interface SnapshotTarget extends TargetRange {
  readonly kind: 'snapshot';
  readonly origin: DeviceKey;
  readonly cow: DeviceKey;
  readonly persistent: 'P' | 'N';
  readonly chunkSectors: number;
}

export interface ThinPoolTarget extends TargetRange {
  readonly kind: 'thin-pool';
  readonly metadata: DeviceKey;
  readonly data: DeviceKey;
  readonly blockSectors: number;
  /** Key of the pool's state in `Machine.thinPools`. */
  readonly pool: string;
}

export interface ThinTarget extends TargetRange {
  readonly kind: 'thin';
  readonly pool: DeviceKey;
  readonly deviceId: number;
}

/** State of a thin pool that its metadata volume keeps. */
export interface ThinPoolState {
  readonly id: string;
  readonly blockSectors: number;
  readonly dataSectors: number;
  /** Blocks of 4 KiB in the metadata volume, and how many are used. */
  readonly metadataBlocks: number;
  usedMetadataBlocks: number;
  transactionId: number;
  readonly volumes: Map<number, ThinVolumeState>;
  /** Data blocks handed out so far; freed blocks are not reused, only counted as free. */
  nextDataBlock: number;
}

export interface ThinVolumeState {
  readonly deviceId: number;
  readonly space: SpaceId;
  readonly view: ViewId;
  readonly sectors: number;
  /** Provisioned blocks, in order of `virtual`. Volumes share data blocks with their snapshots. */
  mapped: readonly ThinRange[];
}

/** A run of provisioned blocks. */
export interface ThinRange {
  /** First block of the volume. */
  readonly virtual: number;
  /** First block of the pool's data. */
  readonly data: number;
  readonly blocks: number;
}

/** A device of the kernel: `/dev/<kernelName>` exists while it is in the table. */
export type BlockDevice = DiskDevice | PartitionDevice | LoopDevice | MapDevice;

interface DeviceBase {
  readonly number: DeviceNumber;
  /** `vda`, `vda1`, `loop0`, `dm-3`. */
  readonly kernelName: string;
  readOnly: boolean;
}

export interface DiskDevice extends DeviceBase {
  readonly kind: 'disk';
  readonly space: SpaceId;
  readonly sectors: number;
  readonly logicalSectorBytes: number;
  readonly physicalSectorBytes: number;
  /** What parted calls it: model text and transport. */
  readonly model: string;
  readonly transport: string;
  /** lsblk's TYPE: `disk`, `rom`. */
  readonly deviceType: 'disk' | 'rom';
}

/** A partition that the kernel itself knows (not one of kpartx). */
export interface PartitionDevice extends DeviceBase {
  readonly kind: 'partition';
  readonly parent: DeviceKey;
  readonly partitionNumber: number;
  readonly start: number;
  readonly sectors: number;
}

/** A qemu-nbd. It lives exactly as long as its device is connected. */
export interface ImageServerProcess {
  readonly processId: number;
  readonly socket: string;
}

/** A device over an image file: a loop device, or one that a process serves. */
export interface LoopDevice extends DeviceBase {
  readonly kind: 'loop';
  readonly backingFile: string;
  readonly space: SpaceId;
  readonly sectors: number;
  /** The domain that it was made for: its back end has the file open. */
  readonly owner?: string;
  /** Absent: 512. */
  readonly logicalSectorBytes?: 4096;
  /** Set where a qemu-nbd serves the image, and the device is one of nbd's. */
  readonly server?: ImageServerProcess;
  /** It goes with its last user. */
  autoclear?: boolean;
}

/** A device-mapper map. */
export interface MapDevice extends DeviceBase {
  readonly kind: 'map';
  /** `/dev/mapper/<name>`. */
  name: string;
  /** `LVM-...`, `part1-...`, ours, or empty. */
  readonly uuid: string;
  /** Without gaps, in order of start. */
  table: readonly Target[];
  suspended: boolean;
  /** Counts dm events; waiters (dmeventd) look at it. */
  eventNumber: number;
}

/** Somebody has the device open, apart from the maps that lie on it. */
export interface DeviceOpening {
  readonly device: DeviceKey;
  readonly by:
    | { readonly kind: 'mount'; readonly mountId: number }
    | { readonly kind: 'domain'; readonly domain: string }
    | { readonly kind: 'swap' }
    | { readonly kind: 'process'; readonly processId: number }
    | { readonly kind: 'udev'; readonly event: number };
}

/** What the kernel tells its daemons. */
export type KernelEvent =
  | {
      readonly kind: 'uevent';
      /** Number in udev's queue. */
      readonly event: number;
    }
  | { readonly kind: 'snapshot-invalid'; readonly map: MapDevice };

/** A file on the host's own file system that bears a disk. */
export interface ImageFile {
  readonly space: SpaceId;
  /** Under which it was made. */
  readonly path: string;
  readonly sectors: number;
  /** How often it was written to. */
  writes: number;
  /** Of the sectors that its content counts in; absent: 512. */
  readonly sectorBytes?: 4096;
  /** Absent: raw. */
  readonly qcow2?: Qcow2State;
}

/** What a qcow2 image says of itself besides its size. */
export interface Qcow2State {
  readonly backingFile?: string;
  readonly dataFile?: string;
  readonly encrypted?: boolean;
  readonly snapshots?: readonly string[];
  readonly dirty?: boolean;
  readonly corrupt?: boolean;
}
