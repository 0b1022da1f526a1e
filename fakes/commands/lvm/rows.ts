import { freeAreas } from '../../lvm/allocate.js';
import type { LvmScan, ScannedGroup, ScannedPhysicalVolume } from '../../lvm/scan.js';
import { type VolumeState, volumeState } from '../../lvm/state.js';
import type {
  AllocatedSegment,
  LogicalVolumeMetadata,
  PhysicalVolumeMetadata,
} from '../../lvm/types.js';
import type { Machine } from '../../world/state.js';

/** What a line of a report is about. Which parts are there depends on the report. */
export interface ReportRow {
  readonly group?: ScannedGroup;
  readonly volume?: LogicalVolumeMetadata;
  readonly state?: VolumeState;
  readonly segment?: ReportSegment;
  readonly physicalVolume?: ReportPhysicalVolume;
}

/** A segment as reports show it; thin volumes and pools have one that lies on no device. */
export type ReportSegment =
  | { readonly kind: 'allocated'; readonly segment: AllocatedSegment }
  | { readonly kind: 'whole'; readonly extentCount: number };

export interface ReportPhysicalVolume {
  readonly path: string;
  readonly uuid: string;
  /** Absent when its device is missing. */
  readonly present?: ScannedPhysicalVolume;
  /** Absent for a physical volume of no group. */
  readonly member?: PhysicalVolumeMetadata;
  readonly freeExtents: number;
}

/** How LVM prints a device that is not there. */
export const unknownDevice = '[unknown]';

/** One row a volume, hidden ones only when asked for. */
export function volumeRows(
  machine: Machine,
  group: ScannedGroup,
  hidden: 'shown' | 'left-out',
): readonly ReportRow[] {
  return group.metadata.logicalVolumes
    .filter((volume) => volume.visible || hidden === 'shown')
    .map((volume) => ({ group, volume, state: volumeState(machine, group, volume) }));
}

/** One row a segment of each row's volume. */
export function segmentRows(rows: readonly ReportRow[]): readonly ReportRow[] {
  return rows.flatMap((row) =>
    segmentsOf(row.volume).map((segment): ReportRow => ({ ...row, segment })),
  );
}

function segmentsOf(volume: LogicalVolumeMetadata | undefined): readonly ReportSegment[] {
  if (volume === undefined) return [];
  if (volume.segments.length === 0) return [{ kind: 'whole', extentCount: volume.extentCount }];
  return volume.segments.map((segment) => ({ kind: 'allocated', segment }));
}

export function groupRows(scan: LvmScan): readonly ReportRow[] {
  return scan.groups.map((group) => ({ group }));
}

export function physicalVolumeRows(scan: LvmScan): readonly ReportRow[] {
  return [
    ...scan.groups.flatMap((group) =>
      group.metadata.physicalVolumes.map((member) => ({
        group,
        physicalVolume: memberOf(group, member),
      })),
    ),
    ...scan.orphans.map((present) => ({
      physicalVolume: { path: present.path, uuid: present.content.uuid, present, freeExtents: 0 },
    })),
  ];
}

function memberOf(group: ScannedGroup, member: PhysicalVolumeMetadata): ReportPhysicalVolume {
  const present = group.present.get(member.uuid);
  const freeExtents = freeAreas(group.metadata)
    .filter((area) => area.physicalVolume === member.uuid)
    .reduce((sum, area) => sum + area.count, 0);
  return {
    path: present?.path ?? unknownDevice,
    uuid: member.uuid,
    member,
    freeExtents,
    ...(present === undefined ? {} : { present }),
  };
}
