import { ownedName } from '../../src/core/model/index.js';
import type { StepSegment } from '../../src/core/steps/index.js';
import type {
  Clock,
  ContentProbe,
  DeviceEvents,
  DeviceMap,
  DeviceMapper,
  Mounter,
  PartitionMapper,
  PartitionTableReader,
  RegionReader,
  VolumeManager,
} from '../../src/ports/index.js';

/** The ports under test, all of one host. */
export interface BlockPorts {
  readonly volumes: VolumeManager;
  readonly deviceMapper: DeviceMapper;
  readonly partitionMaps: PartitionMapper;
  readonly partitionTables: PartitionTableReader;
  readonly contents: ContentProbe;
  readonly regions: RegionReader;
  readonly mounts: Mounter;
  readonly deviceEvents: DeviceEvents;
}

export interface SamplePartition {
  readonly number: number;
  readonly kind: 'primary' | 'extended' | 'logical';
  readonly startBytes: number;
  readonly sizeBytes: number;
  /** GPT only. */
  readonly name?: string;
}

/** What a test wants to stand on a device. */
export type SampleContent =
  | { readonly kind: 'msdos' | 'gpt'; readonly partitions: readonly SamplePartition[] }
  | { readonly kind: 'file-system'; readonly type: 'ext4'; readonly label?: string }
  | { readonly kind: 'swap'; readonly label?: string }
  /** A physical volume of no group. */
  | { readonly kind: 'physical-volume' };

/** A guest's volume group with extents of 4 MiB. */
export interface SampleGroup {
  readonly name: string;
  /** Paths of the physical volumes. */
  readonly devices: readonly string[];
  readonly volumes: readonly {
    readonly name: string;
    readonly sizeBytes: number;
    /** More than one: striped, 64 KiB each. */
    readonly stripes?: number;
  }[];
}

export type Release = () => Promise<void>;

/**
 * A host on which the block contracts are tried, and the means to prepare and to disturb it.
 * Everything it made is gone after `close`.
 */
export interface BlockHost {
  readonly ports: BlockPorts;
  readonly clock: Clock;
  /** A volume group of the host with at least 900 MiB free. */
  readonly volumeGroup: string;
  /** Makes a linear volume in it, blank. Answers its /dev/mapper path. */
  createVolume(name: string, sizeBytes: number): Promise<string>;
  /** The same in a thin pool; absent where the host has none. */
  createThinVolume?(name: string, sizeBytes: number): Promise<string>;
  /** Puts a content on a device. */
  format(device: string, content: SampleContent): Promise<void>;
  /** Makes physical volumes, a group and its volumes, and leaves them inactive. */
  createGuestGroup(group: SampleGroup): Promise<void>;
  /** Copies all of one device to another of the same size: a clone, equal UUIDs included. */
  copyDevice(from: string, to: string): Promise<void>;
  /** Writes that many bytes from the start of a device. */
  write(device: string, sizeBytes: number): Promise<void>;
  /** Makes a directory and its parents. */
  makeDirectory(path: string): Promise<void>;
  /** Keeps a device open, as a process on the host would. */
  holdDevice(device: string): Promise<Release>;
  /** Keeps a process working in a directory. */
  holdDirectory(path: string): Promise<Release>;
  close(): Promise<void>;
}

export type MakeBlockHost = () => Promise<BlockHost>;

export const mebibyte = 2 ** 20;
export const sectorBytes = 512;

/** Run id under which the contracts name their objects. */
export const contractRun = 'contract00';

/** Where the contracts mount. */
export const mountBase = `/run/xen-backup/${contractRun}`;

let lastNumber = 0;

/** A name of ours that no other test uses. */
export function freshName(): string {
  lastNumber += 1;
  return ownedName(contractRun, lastNumber);
}

/** The stamp that belongs to a name of ours. */
export function stampOf(name: string): string {
  return name.replace('xen-backup-', 'XENBACKUP-');
}

/** One line that shows a device from its start. */
export function wholeDevice(device: string, sizeBytes: number): readonly StepSegment[] {
  const sectors = sizeBytes / sectorBytes;
  return [{ kind: 'linear', startSector: 0, sectors, device, offsetSectors: 0 }];
}

/** Wraps a device under a name of ours, as a run does. */
export function wrap(
  { ports }: BlockHost,
  device: string,
  sizeBytes: number,
  access: 'read-only' | 'read-write' = 'read-write',
): Promise<DeviceMap> {
  const name = freshName();
  const segments = wholeDevice(device, sizeBytes);
  return ports.deviceMapper.create({ name, uuid: stampOf(name), access, segments });
}

/** The path of a map. */
export function pathOf({ name }: { readonly name: string }): string {
  return `/dev/mapper/${name}`;
}

/** A blank volume of the host with a wrapper of ours on it. */
export async function wrappedVolume(host: BlockHost, name: string, sizeBytes: number) {
  const volume = await host.createVolume(name, sizeBytes);
  const map = await wrap(host, volume, sizeBytes);
  return { volume, map, path: pathOf(map) };
}
