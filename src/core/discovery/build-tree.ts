import { mapSegments } from './segments.js';
import type {
  ClosedVolume,
  DeviceNode,
  DeviceTree,
  GuestVolumeGroup,
  NodePosition,
  PartitionEntry,
  VolumeGroupNode,
} from '../model/index.js';
import type { Observations, OpenedDevice } from './observations.js';

/** The tree as far as it is known. Devices not probed yet are not in it. */
export function buildTree(diskTargets: readonly string[], seen: Observations): DeviceTree {
  const disks = diskTargets.flatMap((target) => {
    const device = seen.disks.get(target);
    return device === undefined ? [] : buildNode(target, device, seen);
  });
  const volumeGroups = (seen.volumeGroups?.groups ?? []).map((group) => buildGroup(group, seen));
  return { disks, volumeGroups };
}

/** Position of a partition: its parent's, then its number. */
export function partitionPosition(parent: NodePosition, number: number): NodePosition {
  return `${parent}/${String(number)}`;
}

/** Position of a guest's logical volume. */
export function volumePosition(group: string, volume: string): NodePosition {
  return `${group}/${volume}`;
}

/** Partitions that bear content of their own: an extended partition only bears others. */
export function contentPartitions(entries: readonly PartitionEntry[]): readonly PartitionEntry[] {
  return entries.filter((entry) => entry.kind !== 'extended');
}

function buildNode(
  position: NodePosition,
  device: OpenedDevice,
  seen: Observations,
  partition?: PartitionEntry,
): readonly DeviceNode[] {
  const probe = seen.probes.get(position);
  if (probe === undefined) return [];
  const table = seen.tables.get(position);
  const maps = seen.partitionMaps.get(position) ?? [];
  const children = contentPartitions(table?.partitions ?? []).flatMap((entry) => {
    const map = maps.find((candidate) => candidate.number === entry.number);
    if (map === undefined) return [];
    const opened = { path: `/dev/mapper/${map.name}`, deviceNumber: map.deviceNumber };
    return buildNode(partitionPosition(position, entry.number), opened, seen, entry);
  });
  return [
    {
      position,
      ...device,
      sizeBytes: probe.sizeBytes,
      content: probe.content,
      ...(partition === undefined ? {} : { partition }),
      ...(probe.partitionUuid === undefined ? {} : { partitionUuid: probe.partitionUuid }),
      ...(probe.partitionLabel === undefined ? {} : { partitionLabel: probe.partitionLabel }),
      ...(table === undefined ? {} : { table }),
      children,
    },
  ];
}

function buildGroup(group: GuestVolumeGroup, seen: Observations): VolumeGroupNode {
  const volumes = group.logicalVolumes.flatMap((volume) => {
    const position = volumePosition(group.name, volume.name);
    const device = seen.volumes.get(position);
    return device === undefined ? [] : buildNode(position, device, seen);
  });
  const physicalVolumes = group.physicalVolumes.map(({ device }) => devicePosition(device, seen));
  const closed = closedVolumes(group);
  return { group, physicalVolumes, volumes, ...(closed.length === 0 ? {} : { closed }) };
}

/** While a physical volume is not found yet, LVM's answers about the group's volumes are not whole. */
function closedVolumes(group: GuestVolumeGroup): readonly ClosedVolume[] {
  if (group.missingPhysicalVolumes > 0) return [];
  return group.logicalVolumes.flatMap((volume): readonly ClosedVolume[] => {
    const mapped = mapSegments(group, volume);
    if (mapped.kind === 'segments') return [];
    return [{ position: volumePosition(group.name, volume.name), reason: mapped.reason }];
  });
}

/** Position of the device a path of ours shows; the path itself when it is none of this guest. */
function devicePosition(path: string, seen: Observations): NodePosition {
  for (const [position, device] of openedDevices(seen)) if (device.path === path) return position;
  return path;
}

/** Every device that is open, by position, in the order it was opened. */
export function openedDevices(
  seen: Observations,
): readonly (readonly [NodePosition, OpenedDevice])[] {
  const partitions = [...seen.partitionMaps].flatMap(([position, maps]) =>
    maps.map(
      ({ number, name, deviceNumber }) =>
        [
          partitionPosition(position, number),
          { path: `/dev/mapper/${name}`, deviceNumber },
        ] as const,
    ),
  );
  return [...seen.disks, ...partitions, ...seen.volumes];
}
