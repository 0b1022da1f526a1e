import type {
  GuestVolumeGroup,
  NodePosition,
  PartitionMap,
  PartitionTable,
} from '../model/index.js';
import { contentPartitions, openedDevices, partitionPosition } from './build-tree.js';
import { type Conflict, unsupported } from './conflict.js';
import type { Observations } from './observations.js';

/** Tables in volumes, groups on volumes of other groups...: nobody nests deeper; a disk may lie. */
const maximumDepth = 12;
/** A GPT has 128 entries; a made-up disk may show so many devices that the host suffers. */
const maximumDevices = 1024;

/** What can be told wrong on one host alone, without another one to compare with. */
export function findContradiction(
  diskTargets: readonly string[],
  seen: Observations,
): Conflict | undefined {
  const groups = seen.volumeGroups?.groups ?? [];
  return findAmbiguousName(diskTargets, groups) ?? findExcess(seen) ?? findDisputedPartition(seen);
}

/** A volume group some of whose physical volumes are nowhere on the guest's disks. */
export function findPartialGroup(seen: Observations): Conflict | undefined {
  const partial = seen.volumeGroups?.groups.find((group) => group.missingPhysicalVolumes > 0);
  return partial === undefined
    ? undefined
    : unsupported(
        partial.name,
        `volume group ${partial.name} lacks ${String(partial.missingPhysicalVolumes)} of its physical volumes`,
        'Every disk the volume group lies on must belong to the guest; a partial volume group is never copied.',
      );
}

function findExcess(seen: Observations): Conflict | undefined {
  const devices = openedDevices(seen);
  const depths = groupDepths(seen);
  const deep = devices.find(([position]) => depthOf(position, depths) > maximumDepth);
  if (deep === undefined && devices.length <= maximumDevices) return undefined;
  const what =
    deep === undefined
      ? `its disks show ${String(devices.length)} devices, more than any real guest has`
      : 'partition tables and volume groups are nested deeper than any real guest does';
  return unsupported(
    deep?.[0] ?? devices[0]?.[0] ?? '',
    what,
    'Look at this disk by hand: its partition table may be damaged or made to mislead.',
  );
}

/** Levels of a device: its own, and for a volume those of what its group lies on. */
function depthOf(position: NodePosition, depths: ReadonlyMap<string, number>): number {
  const components = position.split('/');
  return components.length + (depths.get(components[0] ?? '') ?? 0);
}

/** For each volume group, the levels of the deepest of its physical volumes. */
function groupDepths(seen: Observations): ReadonlyMap<string, number> {
  const positions = new Map(openedDevices(seen).map(([position, { path }]) => [path, position]));
  const depths = new Map<string, number>();
  const groups = seen.volumeGroups?.groups ?? [];
  // Each round knows one level more; a group on itself, which only a lie can be, exceeds any limit.
  for (let round = 0; round <= maximumDepth; round += 1) {
    for (const { name, physicalVolumes } of groups) {
      const levels = physicalVolumes.map(({ device }) =>
        depthOf(positions.get(device) ?? '', depths),
      );
      depths.set(name, Math.max(0, ...levels));
    }
  }
  return depths;
}

function findDisputedPartition(seen: Observations): Conflict | undefined {
  for (const [position, table] of seen.tables) {
    const maps = seen.partitionMaps.get(position);
    const conflict = maps === undefined ? undefined : comparePartitions(position, table, maps);
    if (conflict !== undefined) return conflict;
  }
  return undefined;
}

function comparePartitions(
  position: NodePosition,
  table: PartitionTable,
  maps: readonly PartitionMap[],
): Conflict | undefined {
  for (const entry of contentPartitions(table.partitions)) {
    const map = maps.find(({ number }) => number === entry.number);
    if (map !== undefined && map.sizeSectors * 512 === entry.sizeBytes) continue;
    const mapped = map === undefined ? 'no map' : String(map.sizeSectors * 512);
    return disputed(position, entry.number, `${String(entry.sizeBytes)} bytes against ${mapped}`);
  }
  const known = new Set(table.partitions.map(({ number }) => number));
  const extra = maps.find(({ number }) => !known.has(number));
  if (extra === undefined) return undefined;
  return disputed(
    position,
    extra.number,
    `no partition against ${String(extra.sizeSectors * 512)} bytes`,
  );
}

function disputed(position: NodePosition, number: number, how: string): Conflict {
  return unsupported(
    partitionPosition(position, number),
    `parted and kpartx disagree about partition ${String(number)} of ${position}: ${how}`,
    'The partition table may be damaged; check it with parted inside the guest.',
  );
}

/** Names are positions here, and must mean one thing each. */
function findAmbiguousName(
  diskTargets: readonly string[],
  groups: readonly GuestVolumeGroup[],
): Conflict | undefined {
  const names = new Set<string>();
  for (const { name } of groups) {
    const conflict = diskTargets.includes(name)
      ? `a volume group of this guest is called ${name}, as one of its disks is`
      : `two volume groups of this guest are called ${name}`;
    if (diskTargets.includes(name) || names.has(name)) {
      return unsupported(name, conflict, 'Rename it inside the guest (vgrename by UUID).');
    }
    names.add(name);
  }
  return undefined;
}
