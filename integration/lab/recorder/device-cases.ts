import {
  keep,
  keepMaps,
  mapped,
  only,
  json,
  ours,
  run,
  snapshotArgv,
  unwrap,
  wrap,
} from './case.js';
import type { RecordingCase } from './case.js';

const diskSectors = 2_097_152;
const wrapper = mapped(2);
const snapshot = `/dev/VolGroupXX/${ours(1)}`;

export const segmentColumns =
  'vg_name,vg_uuid,vg_extent_size,lv_name,lv_uuid,lv_size,seg_start,seg_size,segtype,stripes,stripe_size,seg_pe_ranges,devices';
export const physicalColumns = 'pv_name,pv_uuid,vg_name,vg_uuid,pe_start,pv_size,dev_size';
export const groupColumns =
  'vg_name,vg_uuid,vg_extent_size,vg_missing_pv_count,pv_count,lv_count,vg_attr';

/** device-mapper, kpartx, parted, blkid and guest LVM on dc1's snapshot, under the udev rule. */
export const deviceCases: readonly RecordingCase[] = [
  keepMaps('dmsetup/info-columns-idle'),
  keep('dmsetup/table-absent', 'dmsetup', 'table', ours(2)),
  keep('dmsetup/status-absent', 'dmsetup', 'status', ours(2)),
  keep('dmsetup/info-absent', 'dmsetup', 'info', ours(2)),
  keep('dmsetup/remove-absent', 'dmsetup', 'remove', ours(2)),
  keep('lvm/lvcreate-snapshot-tagged', ...snapshotArgv(1, 'LogVolDc1')),
  keep('lvm/lvcreate-snapshot-tagged-exists', ...snapshotArgv(1, 'LogVolDc1')),
  keep(
    ...(['lvm/lvs-snapshot-tagged', 'lvs', ...json, '-a', '-o'] as const),
    'vg_name,lv_name,lv_uuid,lv_path,lv_dm_path,lv_attr,lv_size,origin,origin_uuid,lv_tags,data_percent,lv_snapshot_invalid,lv_active,segtype',
  ),
  keepMaps('dmsetup/info-columns-snapshot'),
  keep('dmsetup/status-snapshot', 'dmsetup', 'status', 'VolGroupXX-xen--backup--abcdefghij--1'),
  ...readOnlyWrapper(),
  ...guestVolumes(),
  keep('dmsetup/remove-busy', 'dmsetup', 'remove', ours(2)),
  keep('dmsetup/remove-retry-busy', 'dmsetup', 'remove', '--retry', ours(2)),
  keep('lvm/lvremove-busy-tagged', 'lvremove', '--yes', `VolGroupXX/${ours(1)}`),
  keep('kpartx/delete-wrapper', 'kpartx', '-d', '-v', '-p', 'p', wrapper),
  keep('kpartx/delete-wrapper-again', 'kpartx', '-d', '-v', '-p', 'p', wrapper),
  keep('dmsetup/remove', 'dmsetup', 'remove', ours(2)),
  wrap(2, diskSectors, snapshot, { writable: true }),
  keep('kpartx/add-wrapper-writable', 'kpartx', '-a', '-v', '-p', 'p', wrapper),
  keepMaps('dmsetup/info-columns-wrapper-writable'),
  run('kpartx', '-d', '-p', 'p', wrapper),
  unwrap(2),
  keep('lvm/lvremove-tagged', 'lvremove', '--yes', `VolGroupXX/${ours(1)}`),
  keepMaps('dmsetup/info-columns-end'),
];

function readOnlyWrapper(): RecordingCase[] {
  const { argv } = wrap(2, diskSectors, snapshot);
  return [
    keep('dmsetup/create-readonly', ...argv),
    keep('dmsetup/create-exists', ...argv),
    keepMaps('dmsetup/info-columns-wrapper'),
    keep('dmsetup/table-wrapper', 'dmsetup', 'table', ours(2)),
    keep('dmsetup/status-wrapper', 'dmsetup', 'status', ours(2)),
    keep('blockdev/getro', 'blockdev', '--getro', wrapper),
    keep('blockdev/getsize64', 'blockdev', '--getsize64', wrapper),
    keep('parted/wrapper-json', 'parted', '-s', '-j', wrapper, 'unit', 'B', 'print'),
    keep('parted/wrapper-machine', 'parted', '-s', '-m', wrapper, 'unit', 'B', 'print'),
    keep('blkid/wrapper-probe', 'blkid', '-p', '-o', 'export', wrapper),
    keep('kpartx/list-wrapper', 'kpartx', '-l', '-p', 'p', wrapper),
    keep('kpartx/add-wrapper', 'kpartx', '-a', '-v', '-r', '-p', 'p', wrapper),
    keep('kpartx/add-wrapper-again', 'kpartx', '-a', '-v', '-r', '-p', 'p', wrapper),
    run('udevadm', 'settle'),
    keepMaps('dmsetup/info-columns-partitions'),
    keep('dmsetup/ls-with-rule', 'dmsetup', 'ls'),
    keep('blkid/wrapper-p1', 'blkid', '-p', '-o', 'export', `${wrapper}p1`),
    keep('blkid/wrapper-p2', 'blkid', '-p', '-o', 'export', `${wrapper}p2`),
    keep('udev/partition', 'udevadm', 'info', '--query', 'property', `${wrapper}p2`),
  ];
}

function guestVolumes(): RecordingCase[] {
  return [
    keep('lvm/lvs-segments-linear', 'lvs', '--segments', ...only(2), ...json, '-o', segmentColumns),
    keep('lvm/pvs-filtered', 'pvs', ...only(2), ...json, '-o', physicalColumns),
    keep('lvm/vgs-filtered', 'vgs', ...only(2), ...json, '-o', groupColumns),
    keep(
      'lvm/lvs-segments-mixed',
      'lvs',
      '--segments',
      ...only(2),
      ...json,
      '-o',
      'pe_start,lv_name',
    ),
    wrap(3, 1_638_400, `${wrapper}p2`, { offset: 2048 }),
    keep('blkid/guest-root', 'blkid', '-p', '-o', 'export', mapped(3)),
    unwrap(3),
  ];
}
