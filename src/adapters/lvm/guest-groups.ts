import type {
  GuestLogicalVolume,
  GuestPhysicalVolume,
  GuestVolumeGroup,
} from '../../core/model/index.js';
import { unexpectedOutput } from '../shared/index.js';
import { mustHold } from './contradiction.js';
import { assembleSegment } from './guest-segments.js';
import type { PhysicalVolumeRow, SegmentRow } from './parse-guest.js';

const sectorBytes = 512;

/**
 * Joins what `pvs` and `lvs --segments` say of a guest's LVM into volume groups, and checks that
 * their arithmetic agrees: a device-mapper table made from wrong numbers would show, or write,
 * somebody else's blocks.
 * Physical volumes in no group are left out, and so are the hidden volumes that others consist of.
 *
 * @param devices - every one of them bears a physical volume
 * @throws `output-unexpected` when the reports contradict each other, or when LVM overlooks one
 * of the devices.
 */
export function assembleGroups(
  devices: readonly string[],
  physicalVolumes: readonly PhysicalVolumeRow[],
  segments: readonly SegmentRow[],
): readonly GuestVolumeGroup[] {
  for (const device of devices) {
    mustHold(
      physicalVolumes.filter((row) => row.device === device).length === 1,
      `LVM does not see one physical volume on ${device}`,
    );
  }
  for (const { device, uuid } of physicalVolumes) {
    mustHold(
      device === undefined || devices.includes(device),
      `LVM answers about a device it was not asked for: ${String(device)} (${uuid})`,
    );
  }
  const groups = groupsOf(physicalVolumes);
  for (const { groupUuid, volumeName } of segments) {
    mustHold(
      groups.some(({ uuid }) => uuid === groupUuid),
      `volume ${volumeName} belongs to a group without physical volumes`,
    );
  }
  return groups.map((group) => assembleGroup(group, physicalVolumes, segments));
}

type GroupRow = NonNullable<PhysicalVolumeRow['group']>;

function groupsOf(rows: readonly PhysicalVolumeRow[]): readonly GroupRow[] {
  const groups = new Map<string, GroupRow>();
  for (const { group, uuid } of rows) {
    if (group === undefined) continue;
    const known = groups.get(group.uuid) ?? group;
    mustHold(
      JSON.stringify(known) === JSON.stringify(group),
      `physical volumes disagree about group ${group.name} (${uuid})`,
    );
    groups.set(group.uuid, known);
  }
  return [...groups.values()];
}

function assembleGroup(
  group: GroupRow,
  rows: readonly PhysicalVolumeRow[],
  segments: readonly SegmentRow[],
): GuestVolumeGroup {
  const own = rows.filter((row) => row.group?.uuid === group.uuid);
  mustHold(
    group.extentSizeBytes > 0 && group.extentSizeBytes % sectorBytes === 0,
    `group ${group.name} has extents of ${group.extentSizeBytes} bytes`,
  );
  mustHold(
    own.filter(({ device }) => device === undefined).length === group.missingPhysicalVolumes,
    `group ${group.name} counts its missing physical volumes in two ways`,
  );
  const present = own.flatMap(toPhysicalVolume);
  const visible = segments.filter((row) => row.groupUuid === group.uuid && !row.hidden);
  return {
    ...group,
    physicalVolumes: present,
    logicalVolumes: volumesOf(visible).map((volume) => assembleVolume(volume, group, present)),
  };
}

function toPhysicalVolume(row: PhysicalVolumeRow): readonly GuestPhysicalVolume[] {
  const { device, uuid, sizeBytes, firstExtentBytes } = row;
  if (device === undefined) return [];
  mustHold(firstExtentBytes % sectorBytes === 0, `${device}: extents begin within a sector`);
  mustHold(
    firstExtentBytes + sizeBytes <= row.deviceSizeBytes,
    `${device}: the physical volume is larger than its device`,
  );
  return [{ uuid, device, firstExtentBytes, sizeBytes }];
}

function volumesOf(rows: readonly SegmentRow[]): readonly (readonly SegmentRow[])[] {
  const volumes = new Map<string, SegmentRow[]>();
  for (const row of rows) {
    const list = volumes.get(row.volumeUuid) ?? [];
    list.push(row);
    volumes.set(row.volumeUuid, list);
  }
  return [...volumes.values()];
}

function assembleVolume(
  rows: readonly SegmentRow[],
  group: GroupRow,
  physicalVolumes: readonly GuestPhysicalVolume[],
): GuestLogicalVolume {
  const ordered = [...rows].sort((a, b) => a.startBytes - b.startBytes);
  const [first] = ordered;
  if (first === undefined) throw unexpectedOutput('LVM: a volume without segments', group.name);
  const { volumeName: name, volumeUuid: uuid, volumeSizeBytes: sizeBytes } = first;
  let end = 0;
  for (const row of ordered) {
    mustHold(
      row.volumeName === name && row.volumeSizeBytes === sizeBytes,
      `volumes ${name} and ${row.volumeName} share one UUID`,
    );
    mustHold(row.startBytes === end, `${name}: segments do not follow one another`);
    mustHold(row.sizeBytes > 0, `${name}: an empty segment`);
    end += row.sizeBytes;
  }
  mustHold(end === sizeBytes, `${name}: segments make ${end} bytes, the volume has ${sizeBytes}`);
  const segments = ordered.map((row) =>
    assembleSegment(row, group.extentSizeBytes, physicalVolumes),
  );
  return { name, uuid, sizeBytes, segments };
}
