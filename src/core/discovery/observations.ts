import type {
  Content,
  DeviceNumber,
  GuestVolumeGroup,
  NodePosition,
  PartitionMap,
  PartitionTable,
} from '../model/index.js';

/** How far a guest's disks are looked into. `disks`: their sizes and what they begin with. */
export type DiscoveryDepth = 'disks' | 'everything';

/** A block device that one of our maps shows. */
export interface OpenedDevice {
  readonly path: string;
  readonly deviceNumber: DeviceNumber;
}

export interface ProbeObservation {
  readonly content: Content;
  readonly sizeBytes: number;
  readonly partitionUuid?: string;
  readonly partitionLabel?: string;
}

/** Everything learned so far about one guest's devices on one host. Only ever grows. */
export interface Observations {
  /** By disk target. */
  readonly disks: ReadonlyMap<string, OpenedDevice>;
  readonly probes: ReadonlyMap<NodePosition, ProbeObservation>;
  readonly tables: ReadonlyMap<NodePosition, PartitionTable>;
  readonly partitionMaps: ReadonlyMap<NodePosition, readonly PartitionMap[]>;
  /** What LVM says, and the physical volumes it was asked about. */
  readonly volumeGroups?: {
    readonly askedFor: readonly NodePosition[];
    readonly groups: readonly GuestVolumeGroup[];
  };
  /** By position `VG/LV`. */
  readonly volumes: ReadonlyMap<NodePosition, OpenedDevice>;
}

export const noObservations: Observations = {
  disks: new Map(),
  probes: new Map(),
  tables: new Map(),
  partitionMaps: new Map(),
  volumes: new Map(),
};

/** One thing learned, as the driver feeds it back. */
export type Observation =
  | { readonly kind: 'disk'; readonly target: string; readonly device: OpenedDevice }
  | { readonly kind: 'probe'; readonly position: NodePosition; readonly probe: ProbeObservation }
  | { readonly kind: 'table'; readonly position: NodePosition; readonly table: PartitionTable }
  | {
      readonly kind: 'partition-maps';
      readonly position: NodePosition;
      readonly maps: readonly PartitionMap[];
    }
  | {
      readonly kind: 'volume-groups';
      readonly askedFor: readonly NodePosition[];
      readonly groups: readonly GuestVolumeGroup[];
    }
  | { readonly kind: 'volume'; readonly position: NodePosition; readonly device: OpenedDevice };

/** Adds what a round of actions brought. */
export function withObservations(
  seen: Observations,
  learned: readonly Observation[],
): Observations {
  const next = {
    disks: new Map(seen.disks),
    probes: new Map(seen.probes),
    tables: new Map(seen.tables),
    partitionMaps: new Map(seen.partitionMaps),
    volumes: new Map(seen.volumes),
  };
  let { volumeGroups } = seen;
  for (const item of learned) {
    if (item.kind === 'disk') next.disks.set(item.target, item.device);
    else if (item.kind === 'probe') next.probes.set(item.position, item.probe);
    else if (item.kind === 'table') next.tables.set(item.position, item.table);
    else if (item.kind === 'partition-maps') next.partitionMaps.set(item.position, item.maps);
    else if (item.kind === 'volume') next.volumes.set(item.position, item.device);
    else volumeGroups = { askedFor: item.askedFor, groups: item.groups };
  }
  return volumeGroups === undefined ? next : { ...next, volumeGroups };
}
