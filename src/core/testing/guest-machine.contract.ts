import {
  type DiscoveryAction,
  type DiscoveryRequest,
  type DiscoveryTurn,
  nextDiscovery,
  noObservations,
  type Observation,
  type ProbeObservation,
  withObservations,
} from '../discovery/index.js';
import type { DeviceNumber, DeviceTree, GuestVolumeGroup, PartitionTable } from '../model/index.js';
import type { StepSegment } from '../steps/index.js';
import {
  type Layout,
  type LayoutDevice,
  type LayoutGroup,
  type LayoutPartition,
  mebibyte,
} from './layout.contract.js';

/** Changes one answer of the machine, to see whether the lie is noticed. */
export interface Lies {
  readonly probe?: (position: string, probe: ProbeObservation) => ProbeObservation;
  readonly groups?: (groups: readonly GuestVolumeGroup[]) => readonly GuestVolumeGroup[];
  readonly observation?: (observation: Observation) => Observation;
}

interface OpenedPath {
  readonly path: string;
  readonly deviceNumber: DeviceNumber;
}

/** Answers discovery's actions from a layout, and remembers which it was asked. */
export class GuestMachine {
  readonly asked: DiscoveryAction[][] = [];
  readonly #layout: Layout;
  readonly #lies: Lies;
  readonly #devices = new Map<string, LayoutDevice>();

  constructor(layout: Layout, lies: Lies = {}) {
    this.#layout = layout;
    this.#lies = lies;
  }

  /** Drives discovery to its end. */
  discover(expected?: DeviceTree): Exclude<DiscoveryTurn, { kind: 'act' }> {
    const request: DiscoveryRequest = {
      disks: [...this.#layout.disks.keys()],
      ...(expected === undefined ? {} : { expected }),
    };
    let seen = noObservations;
    for (let turns = 0; turns < 100; turns += 1) {
      const turn = nextDiscovery(request, seen);
      if (turn.kind !== 'act') return turn;
      this.asked.push([...turn.actions]);
      seen = withObservations(seen, this.answer(turn.actions));
    }
    throw new Error('discovery does not come to an end');
  }

  /** The tree, where there must be one. */
  tree(): DeviceTree {
    const turn = this.discover();
    if (turn.kind === 'conflict') throw new Error(turn.conflict.message);
    return turn.tree;
  }

  answer(actions: readonly DiscoveryAction[]): readonly Observation[] {
    return actions
      .map((action) => this.#observe(action))
      .map((observation) => this.#lies.observation?.(observation) ?? observation);
  }

  #observe(action: DiscoveryAction): Observation {
    switch (action.kind) {
      case 'open-disk': {
        const device = this.#open(this.#disk(action.target));
        return { kind: 'disk', target: action.target, device };
      }
      case 'probe': {
        const probe = probeOf(this.#at(action.device));
        const { position } = action;
        return { kind: 'probe', position, probe: this.#lies.probe?.(position, probe) ?? probe };
      }
      case 'read-table':
        return this.#readTable(action.position, this.#at(action.device));
      case 'map-partitions':
        return this.#mapPartitions(action.position, action.device);
      case 'read-volume-groups': {
        const groups = this.#readGroups(action.devices);
        return {
          kind: 'volume-groups',
          askedFor: action.positions,
          groups: this.#lies.groups?.(groups) ?? groups,
        };
      }
      case 'map-volume':
        return { kind: 'volume', position: action.position, device: this.#mapVolume(action) };
    }
  }

  #disk(target: string): LayoutDevice {
    const device = this.#layout.disks.get(target);
    if (device === undefined) throw new Error(`no disk ${target}`);
    return device;
  }

  #at(path: string): LayoutDevice {
    const device = this.#devices.get(path);
    if (device === undefined) throw new Error(`nothing is open as ${path}`);
    return device;
  }

  #open(device: LayoutDevice, name?: string): OpenedPath {
    const minor = this.#devices.size;
    const path = `/dev/mapper/${name ?? `map-${String(minor)}`}`;
    if (this.#devices.has(path)) throw new Error(`${path} is open already`);
    this.#devices.set(path, device);
    return { path, deviceNumber: { major: 253, minor } };
  }

  #readTable(position: string, device: LayoutDevice): Observation {
    return { kind: 'table', position, table: tableOf(device) };
  }

  #mapPartitions(position: string, path: string): Observation {
    const { body } = this.#at(path);
    if (body.kind !== 'table') throw new Error(`${position} bears no table`);
    const name = path.slice('/dev/mapper/'.length);
    const maps = body.partitions.map(({ entry, device }: LayoutPartition) => {
      // Two sectors of an extended partition are mapped (measured).
      const shown = device ?? {
        sizeBytes: 1024,
        body: { kind: 'leaf', content: { kind: 'blank' } },
      };
      const opened = this.#open(shown, `${name}p${String(entry.number)}`);
      return {
        number: entry.number,
        name: `${name}p${String(entry.number)}`,
        deviceNumber: opened.deviceNumber,
        sizeSectors: shown.sizeBytes / 512,
      };
    });
    return { kind: 'partition-maps', position, maps };
  }

  #readGroups(paths: readonly string[]): readonly GuestVolumeGroup[] {
    return groupsOn(this.#layout, paths, (path) => this.#at(path));
  }

  #mapVolume({
    position,
    segments,
  }: DiscoveryAction & { readonly kind: 'map-volume' }): OpenedPath {
    const [groupName = '', ...rest] = position.split('/');
    const group = this.#layout.groups.find(({ name }) => name === groupName);
    const volume = group?.volumes.find(({ name }) => name === rest.join('/'));
    if (volume === undefined) throw new Error(`no volume ${position}`);
    const sectors = segments.reduce((sum, segment) => sum + segment.sectors, 0);
    if (sectors * 512 !== volume.device.sizeBytes) throw new Error(`${position} is not covered`);
    for (const path of segments.flatMap(devicesOf)) this.#at(path);
    return this.#open(volume.device);
  }
}

/** Paths that a line of a table stands on. */
export function devicesOf(segment: StepSegment): readonly string[] {
  switch (segment.kind) {
    case 'linear':
      return [segment.device];
    case 'striped':
      return segment.stripes.map(({ device }) => device);
    case 'error':
      return [];
  }
}

/** What blkid sees. */
export function probeOf({ sizeBytes, body }: LayoutDevice): ProbeObservation {
  if (body.kind === 'leaf') return { sizeBytes, content: body.content };
  if (body.kind === 'table') {
    return { sizeBytes, content: { kind: 'partition-table', label: body.label } };
  }
  return { sizeBytes, content: { kind: 'physical-volume', uuid: `PV-${String(body.group)}` } };
}

/** What parted reads. */
export function tableOf(device: LayoutDevice): PartitionTable {
  const { body, sizeBytes } = device;
  if (body.kind !== 'table') throw new Error('there is no partition table');
  const partitions = body.partitions.map(({ entry }) => entry);
  return { label: body.label, sizeBytes, logicalSectorSizeBytes: 512, partitions };
}

/** What LVM finds on these devices and on nothing else. */
export function groupsOn(
  layout: Layout,
  paths: readonly string[],
  at: (path: string) => LayoutDevice,
): readonly GuestVolumeGroup[] {
  return layout.groups.flatMap((group, index): readonly GuestVolumeGroup[] => {
    const all = countPhysicalVolumes(layout, index);
    const visible = paths.filter((path) => {
      const { body } = at(path);
      return body.kind === 'physical-volume' && body.group === index;
    });
    return visible.length === 0 ? [] : [describeGroup(group, visible, all - visible.length)];
  });
}

/** The volume of a group that begins at this sector of its first physical volume. */
export function volumeAt(layout: Layout, index: number, sector: number): LayoutDevice {
  const group = layout.groups[index];
  const described = group === undefined ? [] : describeGroup(group, [''], 0).logicalVolumes;
  const place = described.findIndex(({ segments }) => {
    const firstExtent = segments[0]?.areas[0]?.firstExtent ?? Number.NaN;
    return sector * 512 === mebibyte + firstExtent * extentSizeBytes;
  });
  const volume = group?.volumes[place];
  if (volume === undefined) throw new Error(`no volume begins at sector ${String(sector)}`);
  return volume.device;
}

function countPhysicalVolumes(layout: Layout, group: number): number {
  const count = ({ body }: LayoutDevice): number => {
    if (body.kind === 'physical-volume') return body.group === group ? 1 : 0;
    if (body.kind === 'leaf') return 0;
    return body.partitions.reduce(
      (sum, { device }) => sum + (device === undefined ? 0 : count(device)),
      0,
    );
  };
  const volumes = layout.groups.flatMap((candidate) => candidate.volumes);
  const devices = [...layout.disks.values(), ...volumes.map(({ device }) => device)];
  return devices.reduce((sum, device) => sum + count(device), 0);
}

const extentSizeBytes = mebibyte;

/** The group as LVM tells it: its volumes one after another on its first physical volume. */
function describeGroup(
  group: LayoutGroup,
  paths: readonly string[],
  missingPhysicalVolumes: number,
): GuestVolumeGroup {
  let firstExtent = 0;
  return {
    name: group.name,
    uuid: group.uuid,
    extentSizeBytes,
    missingPhysicalVolumes,
    physicalVolumes: paths.map((device) => ({
      uuid: `PV ${device}`,
      device,
      firstExtentBytes: mebibyte,
      sizeBytes: 1024 * mebibyte,
    })),
    logicalVolumes: group.volumes.map(({ name, device: { sizeBytes } }) => {
      const areas = [{ device: paths[0] ?? '', firstExtent }];
      firstExtent += sizeBytes / extentSizeBytes;
      return {
        name,
        uuid: `${group.uuid} ${name}`,
        sizeBytes,
        segments: [{ type: 'linear', startBytes: 0, sizeBytes, stripeSizeBytes: 0, areas }],
      };
    }),
  };
}
