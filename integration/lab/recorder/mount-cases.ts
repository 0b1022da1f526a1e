import {
  keep,
  keepShell,
  mapped,
  ours,
  type RecordingCase,
  removeSnapshot,
  run,
  shell,
  snapshotArgv,
  unwrap,
  wrap,
} from './case.js';

const at = '/run/xen-backup/m/1';
const safe = 'nosuid,nodev,noexec';
const columns = 'TARGET,SOURCE,FSTYPE,OPTIONS,MAJ:MIN,FSROOT';
const rootSectors = 1_638_400;

const mount = (name: string, type: string, options: string, device: string): RecordingCase =>
  keep(`mount/${name}`, 'mount', '-t', type, '-o', `${options},${safe}`, device, at);

/** What a mounted file system looks like to every command that is asked about it. */
const look = (name: string): RecordingCase[] => [
  keepShell(`mount/mountinfo-${name}`, `grep ' ${at} ' /proc/self/mountinfo`),
  keep(`mount/findmnt-${name}`, 'findmnt', '-J', '-b', '-o', columns, '--mountpoint', at),
  keep(`mount/stat-${name}`, 'stat', '-c', '%d %i', at),
  run('umount', at),
];

function ext3(): RecordingCase[] {
  const snapshot = `/dev/VolGroupXX/${ours(1)}`;
  // dc1: the second partition starts at 133120, its first extent 2048 later.
  const offset = 133_120 + 2048;
  return [
    run(...snapshotArgv(1, 'LogVolDc1')),
    wrap(2, rootSectors, snapshot, { offset }),
    mount('ext3-readonly-map-ro', 'ext3', 'ro', mapped(2)),
    mount('ext3-readonly-map-noload', 'ext3', 'ro,noload', mapped(2)),
    ...look('ext3-noload'),
    unwrap(2),
    wrap(2, rootSectors, snapshot, { offset, writable: true }),
    mount('ext3-live-snapshot', 'ext3', 'ro', mapped(2)),
    keep('mount/findmnt-target', 'findmnt', '-J', '-b', '-o', columns, '--target', `${at}/etc`),
    keep('mount/dumpe2fs-header', 'dumpe2fs', '-h', mapped(2)),
    ...look('ext3'),
    unwrap(2),
    removeSnapshot(1),
  ];
}

function xfs(): RecordingCase[] {
  const snapshot = `/dev/VolGroupXX/${ours(1)}`;
  return [
    run(...snapshotArgv(1, 'LogVolDc2-srv')),
    wrap(2, 786_432, snapshot),
    mount('xfs-readonly-map-ro', 'xfs', 'ro', mapped(2)),
    mount('xfs-readonly-map-norecovery', 'xfs', 'ro,norecovery,nouuid', mapped(2)),
    ...look('xfs-norecovery'),
    unwrap(2),
    wrap(2, 786_432, snapshot, { writable: true }),
    mount('xfs-live-snapshot-nouuid', 'xfs', 'ro,nouuid', mapped(2)),
    ...look('xfs'),
    unwrap(2),
    removeSnapshot(1),
  ];
}

function vfat(): RecordingCase[] {
  return [
    run('lvcreate', '--yes', '--name', 'scratchA', '--size', '64M', 'VolGroupXX'),
    run('mkfs.vfat', '/dev/VolGroupXX/scratchA'),
    wrap(2, 131_072, '/dev/VolGroupXX/scratchA'),
    keep('blkid/vfat', 'blkid', '-p', '-o', 'export', mapped(2)),
    mount('vfat-readonly-map', 'vfat', 'ro', mapped(2)),
    ...look('vfat'),
    unwrap(2),
    run('lvremove', '--yes', 'VolGroupXX/scratchA'),
  ];
}

function btrfs(): RecordingCase[] {
  const device = '/dev/VolGroupXX/scratchB';
  const subvolume = `mount ${device} ${at} && btrfs subvolume create ${at}/@home && umount ${at}`;
  return [
    run('lvcreate', '--yes', '--name', 'scratchB', '--size', '128M', 'VolGroupXX'),
    shell(`mkfs.btrfs -q ${device} && ${subvolume}`),
    wrap(2, 262_144, device),
    mount('btrfs-readonly-map', 'btrfs', 'ro', mapped(2)),
    ...look('btrfs'),
    mount('btrfs-readonly-map-subvol', 'btrfs', 'ro,subvol=@home', mapped(2)),
    ...look('btrfs-subvol'),
    unwrap(2),
    run('lvremove', '--yes', 'VolGroupXX/scratchB'),
  ];
}

/** File systems of running guests, through read-only and writable maps of their snapshots. */
export const mountCases: readonly RecordingCase[] = [
  run('mkdir', '-p', at),
  ...ext3(),
  ...xfs(),
  ...vfat(),
  ...btrfs(),
  keep('mount/umount-absent', 'umount', at),
  keep('mount/findmnt-absent', 'findmnt', '-J', '-b', '-o', columns, '--mountpoint', at),
  keep('mount/stat-absent', 'stat', '-c', '%d %i', `${at}/nothing`),
  keep('mount/target-absent', 'mount', '-t', 'ext3', '-o', 'ro', mapped(2), `${at}/nothing`),
  shell('rmdir /run/xen-backup/m/1 /run/xen-backup/m /run/xen-backup'),
];
