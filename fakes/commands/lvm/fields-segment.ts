import { sectorBytes } from '../../block/types.js';
import type { ScannedGroup } from '../../lvm/scan.js';
import type { VolumeState } from '../../lvm/state.js';
import type { AllocatedSegment, LogicalVolumeMetadata } from '../../lvm/types.js';
import { fieldMaker, type ReportField } from './field.js';
import { type ReportSegment, unknownDevice } from './rows.js';

interface Subject {
  readonly group: ScannedGroup;
  readonly volume: LogicalVolumeMetadata;
  readonly segment: ReportSegment;
  readonly state: VolumeState | undefined;
}

const make = fieldMaker<Subject>('segment', ({ group, volume, segment, state }) =>
  group === undefined || volume === undefined || segment === undefined
    ? undefined
    : { group, volume, segment, state },
);

function typeOf({ volume, segment }: Subject): string {
  if (volume.role.kind === 'thin') return 'thin';
  if (volume.role.kind === 'thin-pool') return 'thin-pool';
  if (volume.role.kind === 'foreign') return volume.role.segmentType;
  return areas(segment).length > 1 ? 'striped' : 'linear';
}

function areas(segment: ReportSegment): AllocatedSegment['areas'] {
  return segment.kind === 'allocated' ? segment.segment.areas : [];
}

function pathOf(group: ScannedGroup, physicalVolume: string): string {
  return group.present.get(physicalVolume)?.path ?? unknownDevice;
}

/** Volumes that stand in the place of devices. */
function componentsOf({ role }: LogicalVolumeMetadata): readonly string[] {
  if (role.kind === 'thin-pool') return [role.data];
  return role.kind === 'foreign' ? role.components : [];
}

/** `/dev/vdb(375)`; a pool names its data volume, thin volumes name nothing. */
function devices({ group, volume, segment }: Subject): string {
  const parts = componentsOf(volume);
  if (parts.length > 0) return parts.map((name) => `${name}(0)`).join(',');
  return areas(segment)
    .map((area) => `${pathOf(group, area.physicalVolume)}(${area.startExtent})`)
    .join(',');
}

function extentRanges({ group, volume, segment }: Subject): string {
  const parts = componentsOf(volume);
  const last = volume.extentCount - 1;
  if (parts.length > 0) return parts.map((name) => `${name}:0-${last}`).join(' ');
  if (segment.kind !== 'allocated') return '';
  const each = segment.segment.extentCount / segment.segment.areas.length;
  return segment.segment.areas
    .map((area) => {
      const end = area.startExtent + each - 1;
      return `${pathOf(group, area.physicalVolume)}:${area.startExtent}-${end}`;
    })
    .join(' ');
}

/** Only snapshots and pools have somebody to watch them. */
function monitoring({ volume, state }: Subject): string {
  const isWatchable = volume.role.kind === 'snapshot' || volume.role.kind === 'thin-pool';
  if (!isWatchable || state?.map === undefined) return '';
  return state.isMonitored ? 'monitored' : 'not monitored';
}

function extentBytes({ group }: Subject): number {
  return group.metadata.extentSectors * sectorBytes;
}

/** Columns about segments. */
export const segmentFields: Readonly<Record<string, ReportField>> = {
  segtype: make.text('Type', typeOf),
  stripes: make.number('#Str', ({ volume, segment }) =>
    volume.role.kind === 'thin'
      ? 0
      : Math.max(1, areas(segment).length, componentsOf(volume).length),
  ),
  stripe_size: make.bytes('Stripe', ({ segment }) =>
    segment.kind === 'allocated' ? segment.segment.stripeSectors * sectorBytes : 0,
  ),
  seg_start: make.bytes('Start', (subject) =>
    subject.segment.kind === 'allocated'
      ? subject.segment.segment.startExtent * extentBytes(subject)
      : 0,
  ),
  seg_size: make.bytes(
    'SSize',
    (subject) =>
      extentBytes(subject) *
      (subject.segment.kind === 'allocated'
        ? subject.segment.segment.extentCount
        : subject.segment.extentCount),
  ),
  seg_pe_ranges: make.text('PE Ranges', extentRanges),
  devices: make.text('Devices', devices),
  seg_monitor: make.text('Monitor', monitoring),
};
