import { sectorBytes } from '../../block/types.js';
import { freeExtents, totalExtents } from '../../lvm/allocate.js';
import type { ScannedGroup } from '../../lvm/scan.js';
import { fieldMaker, type ReportField } from './field.js';

const make = fieldMaker<ScannedGroup>('group', ({ group }) => group);

function extentBytes({ metadata }: ScannedGroup): number {
  return metadata.extentSectors * sectorBytes;
}

/** Writable, resizeable, not exported, partial or not, inherited allocation, not clustered. */
function attributes({ missing }: ScannedGroup): string {
  return `wz-${missing.length > 0 ? 'p' : '-'}n-`;
}

/** Columns about volume groups. */
export const groupFields: Readonly<Record<string, ReportField>> = {
  vg_name: make.text('VG', ({ metadata }) => metadata.name),
  vg_uuid: make.text('VG UUID', ({ metadata }) => metadata.uuid, 38),
  vg_fmt: make.text('Fmt', () => 'lvm2'),
  vg_attr: make.text('Attr', attributes, 5),
  vg_size: make.bytes('VSize', (group) => totalExtents(group.metadata) * extentBytes(group)),
  vg_free: make.bytes('VFree', (group) => freeExtents(group.metadata) * extentBytes(group)),
  vg_extent_size: make.bytes('Ext', extentBytes),
  vg_extent_count: make.number('#Ext', ({ metadata }) => totalExtents(metadata)),
  vg_free_count: make.number('Free', ({ metadata }) => freeExtents(metadata)),
  vg_seqno: make.number('Seq', ({ metadata }) => metadata.sequence),
  vg_tags: make.text('VG Tags', ({ metadata }) => metadata.tags.join(',')),
  vg_missing_pv_count: make.number('#PV Missing', ({ missing }) => missing.length),
  pv_count: make.number('#PV', ({ metadata }) => metadata.physicalVolumes.length),
  lv_count: make.number(
    '#LV',
    ({ metadata }) => metadata.logicalVolumes.filter(({ visible }) => visible).length,
  ),
  snap_count: make.number(
    '#SN',
    ({ metadata }) => metadata.logicalVolumes.filter(({ role }) => role.kind === 'snapshot').length,
  ),
};
