import {
  type DeviceNumber,
  type LogicalVolume,
  type PartitionMap,
  parseOwnedName,
  type SnapshotHealth,
  type StepSegment,
  type VolumeGroup,
  XenBackupError,
} from '../../core/index.js';
import { devicesOf, volumeAt } from '../../core/testing/guest-machine.contract.js';
import type { Layout, LayoutDevice } from '../../core/testing/layout.contract.js';
import type {
  ContentProbe,
  DeviceMap,
  DeviceMapper,
  PartitionMapper,
  PartitionTableReader,
  RegionReader,
  VolumeHolders,
  VolumeManager,
} from '../../ports/index.js';
import { memoryContents, memoryRegions, memoryTables } from './memory-reading.contract.js';
import type { DeviceOwner, Shown } from './memory-shown.contract.js';
import { extentSizeBytes, memoryVolumes } from './memory-volumes.contract.js';

interface MemoryMap extends Shown {
  readonly uuid: string;
  readonly deviceNumber: DeviceNumber;
  readonly readOnly: boolean;
  /** Paths that it stands on. */
  readonly below: readonly string[];
}

/** Where every access fails. */
const nothingThere: LayoutDevice = {
  sizeBytes: 4096,
  body: { kind: 'leaf', content: { kind: 'blank' } },
};

/** The block devices of one host: volumes, snapshots, maps, and what they show of guests. */
export class MemoryDevices {
  readonly volumeGroups: VolumeGroup[] = [
    { name: 'vg', uuid: 'VG-of-host', sizeBytes: 2 ** 40, freeBytes: 2 ** 38, extentSizeBytes },
  ];
  readonly logicalVolumes = new Map<string, LogicalVolume>();
  readonly maps = new Map<string, MemoryMap>();
  /** Who is said to hold a volume that is open. */
  holders: VolumeHolders = { words: ['somebody'], activeGroups: [] };
  readonly health = new Map<string, SnapshotHealth>();
  /** How full every thin pool is. */
  poolPercent = 50;
  /** What was written to the start of a device, by path. */
  readonly starts = new Map<string, Uint8Array>();
  readonly #host: DeviceOwner;
  readonly #contents = new Map<string, Shown>();
  #minor = 0;

  constructor(host: DeviceOwner) {
    this.#host = host;
  }

  addVolume(group: string, name: string, device: LayoutDevice, layout: Layout): LogicalVolume {
    const deviceMapperPath = `/dev/mapper/${group}-${name.replaceAll('-', '--')}`;
    const volume: LogicalVolume = {
      name,
      volumeGroup: group,
      uuid: `uuid-${name}`,
      deviceMapperPath,
      path: `/dev/${group}/${name}`,
      sizeBytes: device.sizeBytes,
      segmentType: 'linear',
      active: true,
      open: false,
      snapshotInvalid: false,
      tags: [],
    };
    this.logicalVolumes.set(name, volume);
    this.#contents.set(deviceMapperPath, { device, layout });
    return volume;
  }

  /** Objects of ours, in words. */
  get traces(): readonly string[] {
    const snapshots = [...this.logicalVolumes.values()].filter(
      ({ origin }) => origin !== undefined,
    );
    return [
      ...snapshots.map(({ name }) => `snapshot ${name}`),
      ...[...this.maps.keys()].map((name) => `map ${name}`),
    ];
  }

  /** What a path shows, and the device number of the node. */
  shown(path: string): Shown & { readonly deviceNumber: DeviceNumber; readonly readOnly: boolean } {
    const map = this.maps.get(path.slice('/dev/mapper/'.length));
    if (map !== undefined) return map;
    const content = this.#contents.get(path);
    if (content === undefined) throw new XenBackupError('device-not-found', { message: path });
    return { ...content, deviceNumber: { major: 252, minor: 0 }, readOnly: false };
  }

  get volumes(): VolumeManager {
    return memoryVolumes(this, this.#host);
  }

  get deviceMapper(): DeviceMapper {
    const host = this.#host;
    return {
      list: () =>
        host.call('maps', () => [...this.maps.keys()].map((name) => this.#describe(name))),
      // The map that proves the rule of a run shows nothing of a guest: its verbs are its own.
      create: (request) =>
        host.call(
          `${request.name.endsWith('-0') ? 'prove-rule' : 'create-map'} ${request.name}`,
          () => {
            if (this.maps.has(request.name)) throw new Error(`map ${request.name} exists`);
            const below = request.segments.flatMap(devicesOf);
            for (const path of below) this.shown(path);
            this.#add(
              request.name,
              request.uuid,
              request.access,
              below,
              this.#lookThrough(request.segments),
            );
            return this.#describe(request.name);
          },
        ),
      remove: (name, uuid) =>
        host.call(`${name.endsWith('-0') ? 'end-proof' : 'remove-map'} ${name}`, () => {
          const map = this.maps.get(name);
          if (map === undefined) return;
          if (map.uuid !== uuid) throw new XenBackupError('ownership-unproven', { message: name });
          this.requireFree(`/dev/mapper/${name}`);
          this.maps.delete(name);
        }),
      status: (name) => host.call(`status ${name}`, () => `0 1 linear ${name}`),
      flush: (path) => host.call(`flush ${path}`, () => void this.shown(path)),
    };
  }

  get partitionMaps(): PartitionMapper {
    return {
      add: ({ device, access }) =>
        this.#host.call(`add-partition-maps ${device}`, () => {
          const { device: disk, layout } = this.shown(device);
          const { body } = disk;
          if (body.kind !== 'table') return [];
          return body.partitions.map(({ entry, device: inner }): PartitionMap => {
            const name = `${device.slice('/dev/mapper/'.length)}p${String(entry.number)}`;
            const blank: LayoutDevice = {
              sizeBytes: 1024,
              body: { kind: 'leaf', content: { kind: 'blank' } },
            };
            const shown = { device: inner ?? blank, layout };
            const parent = this.maps.get(device.slice('/dev/mapper/'.length));
            const uuid = `part${String(entry.number)}-${parent?.uuid ?? ''}`;
            const { deviceNumber } = this.#add(name, uuid, access, [device], shown);
            return {
              number: entry.number,
              name,
              deviceNumber,
              sizeSectors: shown.device.sizeBytes / 512,
            };
          });
        }),
      remove: (device) =>
        this.#host.call(`remove-partition-maps ${device}`, () => {
          const parent = device.slice('/dev/mapper/'.length);
          for (const name of [...this.maps.keys()]) {
            if (parseOwnedName(name)?.partition === undefined || !name.startsWith(`${parent}p`))
              continue;
            this.requireFree(`/dev/mapper/${name}`);
            this.maps.delete(name);
          }
        }),
    };
  }

  get partitionTables(): PartitionTableReader {
    return memoryTables(this, this.#host);
  }

  get contents(): ContentProbe {
    return memoryContents(this, this.#host);
  }

  get regions(): RegionReader {
    return memoryRegions(this, this.#host);
  }

  /** True while a map or a mount stands on the device. */
  isOpen(path: string): boolean {
    return (
      [...this.maps.values()].some(({ below }) => below.includes(path)) ||
      this.#host.mounts.entries.some(({ source }) => source === path)
    );
  }

  /** @throws `volume-busy` */
  requireFree(path: string): void {
    if (this.isOpen(path))
      throw new XenBackupError('volume-busy', { message: `${path} is in use` });
  }

  /** A wrapper shows what it stands on; any other map of ours is a guest's logical volume. */
  #lookThrough(segments: readonly StepSegment[]): Shown {
    const [first] = segments;
    if (first?.kind === 'error')
      return { device: nothingThere, layout: { disks: new Map(), groups: [] } };
    if (first?.kind !== 'linear') throw new Error('only linear maps here');
    const { device, layout } = this.shown(first.device);
    if (device.body.kind !== 'physical-volume' || first.offsetSectors === 0)
      return { device, layout };
    return { device: volumeAt(layout, device.body.group, first.offsetSectors), layout };
  }

  #add(
    name: string,
    uuid: string,
    access: string,
    below: readonly string[],
    shown: Shown,
  ): MemoryMap {
    this.#minor += 1;
    const deviceNumber = { major: 253, minor: this.#minor };
    const known = this.maps.get(name);
    const map = known ?? { ...shown, uuid, deviceNumber, readOnly: access === 'read-only', below };
    this.maps.set(name, map);
    return map;
  }

  #describe(name: string): DeviceMap {
    const map = this.maps.get(name);
    if (map === undefined) throw new Error(`no map ${name}`);
    const { uuid, deviceNumber, readOnly } = map;
    return {
      name,
      uuid,
      deviceNumber,
      readOnly,
      openCount: this.isOpen(`/dev/mapper/${name}`) ? 1 : 0,
    };
  }
}
