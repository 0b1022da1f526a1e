import { groupColumns, physicalColumns, segmentColumns } from './device-cases.js';
import { json, keep, mapped, only, type RecordingCase, run, unwrap, wrap } from './case.js';

const unused = ['--yes', '--activate', 'n', '--zero', 'n', '--wipesignatures', 'n'];

/** A guest's volume group over two disks: linear over both, striped, and with one missing. */
export const groupCases: readonly RecordingCase[] = [
  run('lvcreate', '--yes', '--name', 'scratchA', '--size', '64M', 'VolGroupXX'),
  run('lvcreate', '--yes', '--name', 'scratchB', '--size', '64M', 'VolGroupXX'),
  wrap(20, 131_072, '/dev/VolGroupXX/scratchA', { writable: true }),
  wrap(21, 131_072, '/dev/VolGroupXX/scratchB', { writable: true }),
  run('pvcreate', '--yes', ...only(20, 21), mapped(20), mapped(21)),
  run('vgcreate', ...only(20, 21), 'VolGroup00', mapped(20), mapped(21)),
  run(
    'lvcreate',
    ...unused,
    ...only(20, 21),
    '-n',
    'striped',
    '-i2',
    '-I64k',
    '-L16M',
    'VolGroup00',
  ),
  run('lvcreate', ...unused, ...only(20, 21), '-n', 'spanning', '-L80M', 'VolGroup00'),
  keep(
    'lvm/lvs-segments-two-pvs',
    'lvs',
    '--segments',
    ...only(20, 21),
    ...json,
    '-o',
    segmentColumns,
  ),
  keep('lvm/pvs-two-pvs', 'pvs', ...only(20, 21), ...json, '-o', physicalColumns),
  keep(
    'lvm/lvs-segments-missing-pv',
    'lvs',
    '--segments',
    ...only(20),
    ...json,
    '-o',
    segmentColumns,
  ),
  keep('lvm/pvs-missing-pv', 'pvs', ...only(20), ...json, '-o', physicalColumns),
  keep('lvm/vgs-missing-pv', 'vgs', ...only(20), ...json, '-o', groupColumns),
  keep('lvm/lvs-segments-nothing', 'lvs', '--segments', ...only(99), ...json, '-o', segmentColumns),
  keep('lvm/pvs-nothing', 'pvs', ...only(99), ...json, '-o', physicalColumns),
  unwrap(20),
  unwrap(21),
  run('lvremove', '--yes', 'VolGroupXX/scratchA', 'VolGroupXX/scratchB'),
];
