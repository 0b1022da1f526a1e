import { describe, expect, it } from 'vitest';
import { ReplayRunner, SleeplessClock } from '../shared/replay.contract.js';
import { createVolumeManager } from './index.js';

const unset = { exitCode: 5, stderr: '  Configuration node devices/global_filter not found\n' };
const absent = { exitCode: 5, stderr: '  Failed to find logical volume "vg/snap"\n' };
const busy = {
  exitCode: 5,
  stderr: '  Logical volume vg/snap is used by another device.\n',
};

function volumeRow(changes: Record<string, string> = {}) {
  const row = {
    lv_name: 'snap',
    vg_name: 'vg',
    lv_uuid: 'ZUVR9c-aV59-rsDY-3WTv-EIyA-1ZZl-miIM9T',
    lv_path: '/dev/vg/snap',
    lv_dm_path: '/dev/mapper/vg-snap',
    lv_attr: 'swi-a-s---',
    lv_size: '4194304',
    origin: 'disk',
    pool_lv: '',
    data_percent: '0.00',
    lv_snapshot_invalid: '',
    lv_active: 'active',
    segtype: 'linear',
    lv_tags: 'xen-backup,run',
    ...changes,
  };
  return JSON.stringify(row);
}

function volumes(...rows: string[]) {
  return { stdout: `{"report":[{"lv":[${rows.join(',')}]}]}` };
}

const proof = { volumeGroup: 'vg', origin: 'disk', name: 'snap', tags: ['xen-backup', 'run'] };

function setUp() {
  const runner = new ReplayRunner().on(/^lvmconfig/, unset);
  const clock = new SleeplessClock();
  const manager = createVolumeManager({ runner, clock, hostName: 'dom0a' });
  return { runner, clock, manager };
}

describe('the LVM adapter', () => {
  it('asks for the host’s own filter once, and keeps it behind ours', async () => {
    const runner = new ReplayRunner()
      .on(/^lvmconfig/, { stdout: 'global_filter="r|^/dev/drbd|"\n' })
      .on(/^lvs/, volumes(), 2);
    const clock = new SleeplessClock();
    const manager = createVolumeManager({ runner, clock, hostName: 'dom0a' });
    await manager.findVolume('/dev/vg/a');
    await manager.findVolume('/dev/vg/a');
    expect(runner.lines[2]).toContain(
      'global_filter=["r|^/dev/mapper/xen-backup-.*|","r|^/dev/drbd|"]',
    );
  });

  it('asks again for the filter when the first answer failed', async () => {
    const runner = new ReplayRunner()
      .on(/^lvmconfig/, { exitCode: 5, stderr: '  Parse error\n' })
      .on(/^lvmconfig/, unset)
      .on(/^lvs/, volumes());
    const clock = new SleeplessClock();
    const manager = createVolumeManager({ runner, clock, hostName: 'dom0a' });
    await expect(manager.findVolume('/dev/vg/a')).rejects.toMatchObject({ code: 'command-failed' });
    await expect(manager.findVolume('/dev/vg/a')).resolves.toBeUndefined();
  });

  it('finds a volume by either of its paths, and not by that of its group', async () => {
    const { runner, manager } = setUp();
    runner.on(/^lvs/, volumes(volumeRow()), 3);
    await expect(manager.findVolume('/dev/vg/snap')).resolves.toMatchObject({ name: 'snap' });
    await expect(manager.findVolume('/dev/mapper/vg-snap')).resolves.toMatchObject({
      name: 'snap',
    });
    // LVM answers /dev/vg with every volume of the group vg.
    await expect(manager.findVolume('/dev/vg')).resolves.toBeUndefined();
  });

  it('does not take a warning it does not know for an answer', async () => {
    const { runner, manager } = setUp();
    runner.on(/^lvs/, { ...volumes(), stderr: '  WARNING: PV /dev/sdb is going away.\n' });
    await expect(manager.findVolume('/dev/vg/snap')).rejects.toMatchObject({
      code: 'output-unexpected',
      details: { text: 'WARNING: PV /dev/sdb is going away.' },
    });
  });

  it('answers about volumes although another group of the host lacks a disk', async () => {
    const { runner, manager } = setUp();
    const stderr =
      "  WARNING: Couldn't find device with uuid nRWZRD-KHcw-VCFX-Z7HV-Aok3-ihrA-SkawcD.\n" +
      '  WARNING: VG old is missing PV nRWZRD-KHcw-VCFX-Z7HV-Aok3-ihrA-SkawcD (last written to /dev/sdc).\n';
    runner.on(/^lvs/, { ...volumes(volumeRow()), stderr });
    await expect(manager.findVolume('/dev/vg/snap')).resolves.toBeDefined();
  });

  it('reads a snapshot back after it was created, because LVM may have made it smaller', async () => {
    const { runner, manager } = setUp();
    runner
      .on(/^lvcreate/, { stdout: '  Reducing COW size 64.00 GiB down to maximum usable size\n' })
      .on(/^lvs .* vg\/snap$/, volumes(volumeRow({ lv_size: '1581252608' })));
    const storage = { kind: 'thick', sizeBytes: 2 ** 36 } as const;
    const created = await manager.createSnapshot({ ...proof, storage });
    expect(created.sizeBytes).toBe(1_581_252_608);
  });

  it('activates a thin snapshot', async () => {
    const { runner, manager } = setUp();
    runner
      .on(/^lvcreate/)
      .on(/^lvchange .*-ay -K vg\/snap$/)
      .on(/^lvs/, volumes(volumeRow()));
    await manager.createSnapshot({ ...proof, storage: { kind: 'thin' } });
    expect(runner.lines.map((line) => line.split(' ')[0])).toEqual([
      'lvmconfig',
      'lvcreate',
      'lvchange',
      'lvs',
    ]);
  });

  it.each([
    ['with another origin', volumes(volumeRow({ origin: 'other' }))],
    ['without our tag', volumes(volumeRow({ lv_tags: 'xen-backup' }))],
    ['inactive', volumes(volumeRow({ lv_active: '' }))],
    ['not there', absent],
    [
      'two volumes',
      volumes(
        volumeRow(),
        volumeRow({ lv_uuid: 'a'.repeat(6) + '-aaaa-aaaa-aaaa-aaaa-aaaa-aaaaaa' }),
      ),
    ],
  ])('does not believe lvcreate when the snapshot is %s', async (_, answer) => {
    const { runner, manager } = setUp();
    runner.on(/^lvcreate/).on(/^lvs/, answer);
    const storage = { kind: 'thick', sizeBytes: 4_194_304 } as const;
    await expect(manager.createSnapshot({ ...proof, storage })).rejects.toMatchObject({
      code: 'output-unexpected',
    });
  });

  it('is content when the snapshot to remove is not there', async () => {
    const { runner, manager } = setUp();
    runner.on(/^lvs/, absent);
    await manager.removeSnapshot(proof);
    expect(runner.lines.join()).not.toContain('lvremove');
  });

  it.each([
    ['another origin', { origin: 'other' }],
    ['no origin', { origin: '' }],
    ['a tag missing', { lv_tags: 'xen-backup' }],
    ['no tags', { lv_tags: '' }],
  ])('never removes a volume that has %s', async (_, changes) => {
    const { runner, manager } = setUp();
    runner.on(/^lvs/, volumes(volumeRow(changes)));
    await expect(manager.removeSnapshot(proof)).rejects.toMatchObject({
      code: 'ownership-unproven',
    });
    expect(runner.lines.join()).not.toContain('lvremove');
  });

  it('never removes a volume for which no tag is named', async () => {
    const { runner, manager } = setUp();
    runner.on(/^lvs/, volumes(volumeRow()));
    await expect(manager.removeSnapshot({ ...proof, tags: [] })).rejects.toMatchObject({
      code: 'ownership-unproven',
    });
  });

  it('waits for a busy snapshot with growing pauses', async () => {
    const { runner, clock, manager } = setUp();
    runner
      .on(/^lvs/, volumes(volumeRow()))
      .on(/^lvremove/, busy, 3)
      .on(/^lvremove/);
    await manager.removeSnapshot(proof);
    expect(clock.sleptMs).toEqual([100, 200, 400]);
  });

  it('names the holders of a snapshot that stays busy', async () => {
    const { runner, manager } = setUp();
    runner
      .on(/^lvs/, volumes(volumeRow()))
      .on(/^lvremove/, busy, 99)
      .on(/^dmsetup info .* vg-snap$/, { stdout: 'vg-snap:LVM-x:253:7:1:L--w\n' })
      .on(/xen-backup-holders 253:7 $/, {
        stdout: 'process\t4711\tfd/4\t/dev/dm-7\tfsck\nmap\tmine\t\n',
      });
    await expect(manager.removeSnapshot(proof)).rejects.toMatchObject({
      code: 'volume-busy',
      message: 'vg/snap on dom0a is in use: fsck (pid 4711, has /dev/dm-7 open), map mine',
    });
  });

  it('reports busy also when nobody can tell by whom', async () => {
    const { runner, manager } = setUp();
    runner
      .on(/^lvs/, volumes(volumeRow()))
      .on(/^lvremove/, busy, 99)
      .on(/^dmsetup/, { exitCode: 1 });
    await expect(manager.removeSnapshot(proof)).rejects.toMatchObject({ code: 'volume-busy' });
  });

  it('is content when the snapshot vanishes while it is being removed', async () => {
    const { runner, manager } = setUp();
    runner.on(/^lvs/, volumes(volumeRow())).on(/^lvremove/, absent);
    await expect(manager.removeSnapshot(proof)).resolves.toBeUndefined();
  });

  it('asks device-mapper for the health of a snapshot, by its doubled hyphens', async () => {
    const { runner, manager } = setUp();
    runner.on(/^dmsetup status vg-xen--backup--x$/, { stdout: '0 8 snapshot Invalid\n' });
    await expect(manager.snapshotHealth('vg', 'xen-backup-x')).resolves.toEqual({
      kind: 'invalid',
      status: 'Invalid',
    });
  });

  it('tells a missing snapshot from one whose health cannot be read', async () => {
    const { runner, manager } = setUp();
    runner
      .on(/^dmsetup/, { exitCode: 1, stderr: 'Device does not exist.\nCommand failed.\n' })
      .on(/^dmsetup/, { exitCode: 1, stderr: 'Command failed.\n' });
    await expect(manager.snapshotHealth('vg', 'snap')).rejects.toMatchObject({
      code: 'volume-not-found',
    });
    await expect(manager.snapshotHealth('vg', 'snap')).rejects.toMatchObject({
      code: 'command-failed',
    });
  });

  it('asks nothing about a guest without physical volumes', async () => {
    const { runner, manager } = setUp();
    await expect(manager.readGuestVolumeGroups([])).resolves.toEqual([]);
    expect(runner.lines).toEqual([]);
  });
});
