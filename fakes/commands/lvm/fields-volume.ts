import { lvmMapName } from '../../block/lvm-names.js';
import { sectorBytes } from '../../block/types.js';
import type { ScannedGroup } from '../../lvm/scan.js';
import type { Fill, VolumeState } from '../../lvm/state.js';
import type { LogicalVolumeMetadata } from '../../lvm/types.js';
import { volumeAttributes } from './attributes.js';
import { fieldMaker, type ReportField } from './field.js';
import { percentText } from './sizes.js';

interface Subject {
  readonly group: ScannedGroup;
  readonly volume: LogicalVolumeMetadata;
  readonly state: VolumeState;
}

const make = fieldMaker<Subject>('volume', ({ group, volume, state }) =>
  group === undefined || volume === undefined || state === undefined
    ? undefined
    : { group, volume, state },
);

function shownName({ volume }: Subject): string {
  return volume.visible ? volume.name : `[${volume.name}]`;
}

function mapPath({ group, volume }: Subject): string {
  return `/dev/mapper/${lvmMapName(group.metadata.name, volume.name)}`;
}

/** Pools and hidden volumes have no `/dev/VG/LV`. */
function devicePath({ group, volume }: Subject): string {
  const hasPath = volume.visible && volume.role.kind !== 'thin-pool';
  return hasPath ? `/dev/${group.metadata.name}/${volume.name}` : '';
}

function sizeOf({ group, volume }: Subject): number {
  return volume.extentCount * group.metadata.extentSectors * sectorBytes;
}

function originOf({ volume }: Subject): string {
  const { role } = volume;
  return role.kind === 'snapshot' || role.kind === 'thin' ? (role.origin ?? '') : '';
}

function originUuidOf(subject: Subject): string {
  const name = originOf(subject);
  const origins = subject.group.metadata.logicalVolumes;
  return origins.find((volume) => volume.name === name)?.uuid ?? '';
}

function permissions({ volume, state }: Subject): string {
  if (volume.access === 'read-only') return 'read-only';
  return state.map?.readOnly === true ? 'read-only-override' : 'writeable';
}

function percent(fill: Fill | undefined): string {
  return fill === undefined ? '' : percentText(fill.used, fill.total);
}

/** LVM knows validity only of thick snapshots that are active. */
function snapshotInvalid({ state }: Subject): string {
  if (state.snapshot === undefined) return 'unknown';
  return state.snapshot === 'invalid' ? 'snapshot invalid' : '';
}

/** Columns about logical volumes. */
export const volumeFields: Readonly<Record<string, ReportField>> = {
  lv_name: make.text('LV', shownName, 4),
  lv_full_name: make.text('LV', ({ group, volume }) => `${group.metadata.name}/${volume.name}`),
  lv_uuid: make.text('LV UUID', ({ volume }) => volume.uuid, 38),
  lv_path: make.text('Path', devicePath),
  lv_dm_path: make.text('DMPath', mapPath),
  lv_attr: make.text('Attr', ({ volume, state }) => volumeAttributes(volume, state)),
  lv_permissions: make.text('LPerms', permissions),
  lv_size: make.bytes('LSize', sizeOf),
  lv_tags: make.text('LV Tags', ({ volume }) => volume.tags.join(',')),
  lv_active: make.text('Active', ({ state }) => (state.map === undefined ? '' : 'active')),
  lv_skip_activation: make.text('SkipAct', ({ volume }) =>
    volume.activationSkip ? 'skip activation' : '',
  ),
  lv_kernel_major: make.number('KMaj', ({ state }) => state.map?.number.major ?? -1),
  lv_kernel_minor: make.number('KMin', ({ state }) => state.map?.number.minor ?? -1),
  lv_device_open: make.text('DevOpen', ({ state }) => (state.isOpen ? 'open' : '')),
  lv_snapshot_invalid: make.text('SnapInvalid', snapshotInvalid),
  origin: make.text('Origin', originOf),
  origin_uuid: make.text('Origin UUID', originUuidOf, 38),
  pool_lv: make.text('Pool', ({ volume }) => (volume.role.kind === 'thin' ? volume.role.pool : '')),
  data_percent: make.text('Data%', ({ state }) => percent(state.data), 6),
  snap_percent: make.text(
    'Snap%',
    ({ volume, state }) => (volume.role.kind === 'snapshot' ? percent(state.data) : ''),
    6,
  ),
  metadata_percent: make.text('Meta%', ({ state }) => percent(state.metadata), 6),
  move_pv: make.text('Move', () => ''),
  mirror_log: make.text('Log', () => ''),
  copy_percent: make.text('Cpy%Sync', () => ''),
  convert_lv: make.text('Convert', () => ''),
};
