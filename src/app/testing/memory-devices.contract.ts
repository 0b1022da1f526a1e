import { createHash } from 'node:crypto';
import {
  type DeviceNumber,
  type GuestVolumeGroup,
  type LogicalVolume,
  type PartitionMap,
  parseOwnedName,
  type SnapshotFill,
  type SnapshotHealth,
  type StepSegment,
  type ThinPoolFill,
  type VolumeGroup,
  XenBackupError,
} from '../../core/index.js';
import {
  devicesOf,
  groupsOn,
  probeOf,
  tableOf,
  volumeAt,
} from '../../core/testing/guest-machine.contract.js';
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

/** What devices need of their host. */
export interface DeviceOwner {
  call<T>(what: string, effect: () => T): Promise<T>;
  readonly mounts: {
    readonly entries: readonly { readonly source: string }[];
    /** Read-write mounts of a file system so far, by UUID. */
    readonly uses: ReadonlyMap<string, number>;
  };
}

interface Shown {
  readonly device: LayoutDevice;
  readonly layout: Layout;
}

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

const extentSizeBytes = 4 * 1024 * 1024;

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
    const host = this.#host;
    const find = (name: string): LogicalVolume | undefined =>
      this.#withOpenness(this.logicalVolumes.get(name));
    return {
      inventory: () =>
        host.call('volumes', () => ({
          volumeGroups: this.volumeGroups,
          logicalVolumes: [...this.logicalVolumes.keys()].flatMap((name) => find(name) ?? []),
        })),
      findVolume: (path) =>
        host.call(`find-volume ${path}`, () =>
          [...this.logicalVolumes.keys()]
            .map(find)
            .find((volume) => volume?.path === path || volume?.deviceMapperPath === path),
        ),
      holders: ({ deviceMapperPath }) =>
        host.call(`holders ${deviceMapperPath}`, () => this.holders),
      createSnapshot: (request, onTaken) =>
        host.call(
          `create-snapshot ${request.volumeGroup}/${request.name} of ${request.origin}`,
          () => {
            const origin = this.logicalVolumes.get(request.origin);
            if (origin === undefined)
              throw new XenBackupError('volume-not-found', { message: request.origin });
            const shown = this.shown(origin.deviceMapperPath);
            const made = this.addVolume(
              request.volumeGroup,
              request.name,
              shown.device,
              shown.layout,
            );
            const snapshot = {
              ...made,
              origin: request.origin,
              tags: request.tags,
              sizeBytes: extentSizeBytes,
            };
            this.logicalVolumes.set(request.name, snapshot);
            this.health.set(request.name, { kind: 'healthy', usedShare: 0.1 });
            onTaken?.();
            return snapshot;
          },
        ),
      removeSnapshot: (proof) =>
        host.call(`remove-snapshot ${proof.name}`, () => {
          const found = this.logicalVolumes.get(proof.name);
          if (found === undefined) return;
          if (
            found.origin !== proof.origin ||
            !proof.tags.every((tag) => found.tags.includes(tag))
          ) {
            throw new XenBackupError('ownership-unproven', { message: proof.name });
          }
          this.#requireFree(found.deviceMapperPath);
          this.logicalVolumes.delete(proof.name);
        }),
      extendSnapshot: (proof, sizeBytes) =>
        host.call(`extend-snapshot ${proof.name} ${String(sizeBytes)}`, () => {
          const found = this.logicalVolumes.get(proof.name);
          if (found === undefined) {
            throw new XenBackupError('volume-not-found', { message: proof.name });
          }
          const grown = { ...found, sizeBytes };
          this.logicalVolumes.set(proof.name, grown);
          return grown;
        }),
      snapshotFills: (snapshots) =>
        host.call(`fills ${snapshots.map(({ name }) => name).join(' ')}`, () =>
          snapshots.map(({ name }) => this.#fillOf(name)),
        ),
      thinPoolFills: (pools) =>
        host.call(`pools ${pools.map(({ name }) => name).join(' ')}`, () =>
          pools.map((): ThinPoolFill => {
            const usedBlocks = this.poolPercent;
            const metadata = { usedBlocks: 10, totalBlocks: 100 };
            return { kind: 'open', data: { usedBlocks, totalBlocks: 100 }, metadata };
          }),
        ),
      snapshotHealth: (_, name) =>
        host.call(`health ${name}`, () => {
          const health = this.health.get(name);
          if (health === undefined) throw new XenBackupError('volume-not-found', { message: name });
          return health;
        }),
      readGuestVolumeGroups: (paths) =>
        host.call(`guest-groups ${paths.join(' ')}`, (): readonly GuestVolumeGroup[] => {
          const [first] = paths;
          if (first === undefined) return [];
          return groupsOn(this.shown(first).layout, paths, (path) => this.shown(path).device);
        }),
    };
  }

  #fillOf(name: string): SnapshotFill {
    const [health, volume] = [this.health.get(name), this.logicalVolumes.get(name)];
    if (health === undefined || volume === undefined) {
      throw new XenBackupError('volume-not-found', { message: name });
    }
    if (health.kind === 'invalid') return health;
    const usedShare = health.kind === 'healthy' ? health.usedShare : 0;
    const { sizeBytes } = volume;
    return { kind: 'thick', usedBytes: usedShare * sizeBytes, sizeBytes };
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
          this.#requireFree(`/dev/mapper/${name}`);
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
            this.#requireFree(`/dev/mapper/${name}`);
            this.maps.delete(name);
          }
        }),
    };
  }

  get partitionTables(): PartitionTableReader {
    return {
      readTable: (path) => this.#host.call(`table ${path}`, () => tableOf(this.shown(path).device)),
    };
  }

  get contents(): ContentProbe {
    return {
      probe: (path) => this.#host.call(`probe ${path}`, () => probeOf(this.shown(path).device)),
      sizeBytes: (path) => this.#host.call(`size ${path}`, () => this.shown(path).device.sizeBytes),
    };
  }

  /** Every piece of a guest's disk tells how often its file systems were used. */
  get regions(): RegionReader {
    const host = this.#host;
    return {
      digest: (regions) => {
        // Through maps of ours only starts of disks are asked for: tables, which no use changes.
        const isOurs = regions.every(({ device }) => this.maps.has(device.split('/').at(-1) ?? ''));
        return host.call(isOurs ? 'starts' : 'digest', () =>
          regions.map(({ device, offsetBytes }) => {
            const uses = isOurs
              ? []
              : uuidsOf(this.shown(device).layout).map((uuid) => host.mounts.uses.get(uuid));
            const text = JSON.stringify([offsetBytes, uses]);
            return createHash('sha256').update(text).digest('hex');
          }),
        );
      },
      read: (regions) =>
        host.call('read-regions', () =>
          regions.map(({ device, lengthBytes }) => {
            const start = this.starts.get(device) ?? this.#startOf(device);
            return Uint8Array.from({ length: lengthBytes }, (_, index) => start[index] ?? 0);
          }),
        ),
    };
  }

  /** A header of swap where there is swap; it says nothing but that. */
  #startOf(path: string): Uint8Array {
    const { body } = this.shown(path).device;
    const isSwap = body.kind === 'leaf' && body.content.kind === 'swap';
    return isSwap ? Buffer.from('SWAPSPACE2'.padStart(4096, '\0')) : new Uint8Array(0);
  }

  /** True while a map or a mount stands on the device. */
  isOpen(path: string): boolean {
    return (
      [...this.maps.values()].some(({ below }) => below.includes(path)) ||
      this.#host.mounts.entries.some(({ source }) => source === path)
    );
  }

  #withOpenness(volume: LogicalVolume | undefined): LogicalVolume | undefined {
    return volume === undefined
      ? undefined
      : { ...volume, open: volume.open || this.isOpen(volume.deviceMapperPath) };
  }

  #requireFree(path: string): void {
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

/** UUIDs of all file systems of a layout. */
function uuidsOf(layout: Layout): readonly string[] {
  const within = ({ body }: LayoutDevice): readonly string[] => {
    if (body.kind === 'table') {
      return body.partitions.flatMap(({ device }) => (device === undefined ? [] : within(device)));
    }
    if (body.kind !== 'leaf' || body.content.kind !== 'file-system') return [];
    return [body.content.uuid ?? ''];
  };
  return [
    ...[...layout.disks.values()].flatMap(within),
    ...layout.groups.flatMap(({ volumes }) => volumes.flatMap(({ device }) => within(device))),
  ];
}
