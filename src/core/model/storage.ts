import type { DeviceNumber } from './content.js';
import type { LogicalVolume } from './volume.js';

interface BackingBase {
  /** As the definition says; links are followed by whoever opens it. */
  readonly path: string;
  /** Whole sectors of 512 bytes. */
  readonly sizeBytes: number;
  /**
   * Another text after every write: the sectors written to a device since the host knows it, the
   * times of a file. Equal texts prove that nothing was written between two looks.
   */
  readonly revision: string;
}

/** A block device that is no logical volume: a partition, a disk, a multipath or iSCSI device. */
export interface BackingDevice extends BackingBase {
  readonly kind: 'device';
  readonly deviceNumber: DeviceNumber;
}

/** How the bytes of a guest's disk stand in a file, and what the guest takes for a sector. */
export type ImageFormat =
  | { readonly kind: 'raw'; readonly sectorBytes: 512 | 4096 }
  | { readonly kind: 'qcow2' };

/** A file, or device, that holds the disk's bytes as they are. */
export const rawImage: ImageFormat = { kind: 'raw', sectorBytes: 512 };

/** A regular file. */
export interface BackingFile extends BackingBase {
  readonly kind: 'file';
  /** Of a qcow2 image `sizeBytes` is what the guest sees, not what the file takes. */
  readonly image: ImageFormat;
  /** Length of the file and time of the last write to it: not changed by owner, mode or name. */
  readonly lastWrite: string;
  /** st_dev of its file system and its inode, in decimal: it under any name. */
  readonly fileSystem: string;
  readonly inode: string;
}

/** What carries a disk without snapshots. */
export type BackingStore = BackingDevice | BackingFile;

/** What carries a disk of a guest on one host. */
export type DiskStorage =
  | { readonly kind: 'volume'; readonly volume: LogicalVolume }
  | BackingStore;

/** True where the bytes of the disk do not lie in its file in their own order. */
export function isQcow2(storage: DiskStorage): boolean {
  return storage.kind === 'file' && storage.image.kind === 'qcow2';
}

/** Where its bytes are: a device, or an image file. */
export function storagePath(storage: DiskStorage): string {
  return storage.kind === 'volume' ? storage.volume.deviceMapperPath : storage.path;
}

export function storageBytes(storage: DiskStorage): number {
  return storage.kind === 'volume' ? storage.volume.sizeBytes : storage.sizeBytes;
}

/** As an operator knows it: `VolGroupXX/LogVolDc1`, or a path. */
export function storageName(storage: DiskStorage): string {
  if (storage.kind !== 'volume') return storage.path;
  return `${storage.volume.volumeGroup}/${storage.volume.name}`;
}
