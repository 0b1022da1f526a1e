import { beforeEach, describe, expect, it } from 'vitest';
import type { Argv } from '../../../src/ports/index.js';
import { copyDevices } from '../../block/copy-device.js';
import { keyOf } from '../../block/devices.js';
import { openDevice } from '../../block/openings.js';
import { removeMap } from '../../block/maps.js';
import { deactivateGroup } from '../../lvm/activate-group.js';
import {
  createThinLogicalVolume,
  createThinPool,
  createVolume,
  createVolumeGroup,
} from '../../lvm/create.js';
import { addProcess, removeProcess } from '../../runner/processes.js';
import { TestMachine } from '../../test-machine.contract.js';

// The texts were read off LVM 2.03.16 on loop devices.
const complaints: readonly (readonly [exitCode: number, argv: Argv, stderr: string])[] = [
  [
    3,
    ['lvs', '--nosuch'],
    "lvs: unrecognized option '--nosuch'\n  Error during parsing of command line.\n",
  ],
  [
    3,
    ['lvs', '--units'],
    "lvs: option '--units' requires an argument\n  Error during parsing of command line.\n",
  ],
  [
    3,
    ['lvs', '--units', 'q'],
    "  Invalid units specification\n  Run `lvs --help' for more information.\n",
  ],
  [
    3,
    ['lvs', '--reportformat', 'xml'],
    '  Invalid argument for --reportformat: xml\n  Error during parsing of command line.\n',
  ],
  [
    3,
    ['lvs', '--config', 'x{'],
    "  Parse error at byte 3 (line 1): unexpected token\n  Failed to set overridden configuration entries.\n  Run `lvs --help' for more information.\n",
  ],
  [
    5,
    ['vgs', 'nosuch'],
    '  Volume group "nosuch" not found\n  Cannot process volume group nosuch\n',
  ],
  [
    5,
    ['lvs', 'nosuch/x'],
    '  Volume group "nosuch" not found\n  Cannot process volume group nosuch\n',
  ],
  [
    5,
    ['lvs', '/dev/mapper/a-b'],
    '  Volume group "a" not found\n  Cannot process volume group a\n',
  ],
  [
    5,
    ['lvs', 'VG/none', '/dev/VG/other'],
    '  Failed to find logical volume "VG/none"\n  Failed to find logical volume "VG/other"\n',
  ],
  [5, ['lvremove', '--yes', 'VG/none'], '  Failed to find logical volume "VG/none"\n'],
  [
    5,
    ['vgchange', '-an', 'nosuch'],
    '  Volume group "nosuch" not found\n  Cannot process volume group nosuch\n',
  ],
  [
    3,
    ['lvcreate', '-n', 'a b', '-l', '1', 'VG'],
    '  Logical volume name "a b" is invalid.\n  Run `lvcreate --help\' for more information.\n',
  ],
  [
    3,
    ['lvcreate', '-n', 'snapshot1', '-l', '1', 'VG'],
    '  Names starting "snapshot" are reserved. Please choose a different LV name.\n  Run `lvcreate --help\' for more information.\n',
  ],
  [
    3,
    ['lvcreate', '-n', 'x', '-L', '5x', 'VG'],
    "  Can't parse size argument.\n  Invalid argument for --size: 5x\n  Error during parsing of command line.\n",
  ],
  [
    3,
    ['lvcreate', '-n', 'x', '-L', '0', 'VG'],
    "  --size may not be zero.\n  Run `lvcreate --help' for more information.\n",
  ],
  [
    3,
    ['lvcreate', '-n', 'x', '-L', '1234567b', 'VG'],
    '  Size is not a multiple of 512. Try using 1234432 or 1234944.\n  Invalid argument for --size: 1234567b\n  Error during parsing of command line.\n',
  ],
  [
    5,
    ['lvcreate', '-n', 'x', '-l', '300', 'VG'],
    '  Volume group "VG" has insufficient free space (239 extents): 300 required.\n',
  ],
  [
    5,
    ['lvcreate', '-n', 'data', '-l', '1', 'VG'],
    '  Logical Volume "data" already exists in volume group "VG"\n',
  ],
  [
    5,
    ['lvextend', '-l', '+300', 'VG/data'],
    '  Insufficient free space: 300 extents needed, but only 239 available\n',
  ],
  [
    5,
    ['lvextend', '-L', '4m', 'VG/data'],
    '  New size given (1 extents) not larger than existing size (16 extents)\n',
  ],
  [
    5,
    ['lvmconfig', 'devices/global_filter'],
    '  Configuration node devices/global_filter not found\n',
  ],
];

describe('LVM’s commands', () => {
  let host: TestMachine;

  beforeEach(() => {
    host = new TestMachine();
    host.volume('data', 64);
  });

  async function json(...argv: Argv): Promise<unknown> {
    const { stdout } = await host.run(argv);
    const parsed: unknown = JSON.parse(stdout);
    return parsed;
  }

  it.each(complaints)('end with %i for %j, in LVM’s own words', async (exitCode, argv, stderr) => {
    expect(await host.run(argv)).toEqual({ exitCode, stdout: '', stderr });
  });

  it('say loudly when a use of them is not simulated', async () => {
    for (const argv of [
      ['lvm', 'fullreport'],
      ['lvs', '-o', 'raid_sync_action'],
      ['pvscan', '--cache', '-aay'],
    ] as const) {
      const { exitCode, stderr } = await host.run(argv);
      expect([exitCode, stderr]).toEqual([argv[1] === '--cache' ? 3 : 127, expect.any(String)]);
    }
  });

  it('round sizes up to extents and say so', async () => {
    expect(await host.run(['lvcreate', '-n', 'five', '-L', '5m', 'VG'])).toMatchObject({
      exitCode: 0,
      stdout:
        '  Rounding up size to full physical extent 8.00 MiB\n  Logical volume "five" created.\n',
    });
  });

  it('print a row for each segment once a column is about segments', async () => {
    host.volume('more', 64);
    await host.run(['lvextend', '-l', '+2', 'VG/data']);
    const rows = await json('lvs', '--reportformat', 'json', '-o', 'lv_name,devices', 'VG/data');
    expect(rows).toEqual({
      report: [
        {
          lv: [
            { lv_name: 'data', devices: '/dev/vdb(0)' },
            { lv_name: 'data', devices: '/dev/vdb(32)' },
          ],
        },
      ],
    });
    const plain = await json('lvs', '--reportformat', 'json', '-o', 'lv_name', 'VG/data');
    expect(plain).toEqual({ report: [{ lv: [{ lv_name: 'data' }] }] });
  });

  it('see only what both filters accept', async () => {
    const wrapper = host.wrap('ours-1', host.volume('guest', 32));
    createVolumeGroup(host.machine, { name: 'Guest', devices: [{ device: wrapper }] });
    const names = async (config: string): Promise<string> =>
      (await host.run(['vgs', '--noheadings', '-o', 'vg_name', '--config', config])).stdout
        .trim()
        .split(/\s+/)
        .join(' ');
    expect(await names('devices{}')).toBe('Guest VG');
    expect(await names('devices{global_filter=["r|^/dev/mapper/ours-.*|"]}')).toBe('VG');
    expect(
      await names('devices { filter=["a|^/dev/mapper/ours-1$|","r|.*|"] use_devicesfile=0 }'),
    ).toBe('Guest');
    host.machine.lvmSettings.globalFilter = ['r|ours|'];
    expect(await names('devices/filter=["a|.*|"]')).toBe('VG');
    expect(await names('devices{global_filter=["a|.*|"]}')).toBe('Guest VG');
    expect((await host.run(['lvmconfig', 'devices/global_filter'])).stdout).toBe(
      'global_filter="r|ours|"\n',
    );
  });

  it('warn of clones, and refuse to activate what they cannot tell apart', async () => {
    const one = host.wrap('ours-1', host.volume('one', 32));
    const made = createVolumeGroup(host.machine, { name: 'Guest', devices: [{ device: one }] });
    deactivateGroup(
      host.machine,
      createVolume(host.machine, made, { name: 'root', extentCount: 1 }),
    );
    const two = host.wrap('ours-2', host.volume('two', 32));
    copyDevices(host.machine, host.machine, [{ from: one, onto: two }]);
    const uuid = [...made.present.keys()][0] ?? '';
    const warnings =
      `  WARNING: Not using device /dev/mapper/ours-2 for PV ${uuid}.\n` +
      `  WARNING: PV ${uuid} prefers device /dev/mapper/ours-1 because device name matches previous.\n`;
    expect(await host.run(['vgs', 'Guest'])).toMatchObject({ exitCode: 0, stderr: warnings });
    expect(await host.run(['vgchange', '-ay', 'Guest'])).toEqual({
      exitCode: 5,
      stdout: '  0 logical volume(s) in volume group "Guest" now active\n',
      stderr: `${warnings}  Cannot activate LVs in VG Guest while PVs appear on duplicate devices.\n`,
    });
    expect(host.maps).not.toContain('Guest-root');
  });

  it('show a group with a missing physical volume, and change nothing in it', async () => {
    const devices = ['one', 'two'].map((name) => ({
      device: host.wrap(`ours-${name}`, host.volume(name, 32)),
    }));
    const group = createVolumeGroup(host.machine, { name: 'Guest', devices });
    createVolume(host.machine, group, {
      name: 'd',
      extentCount: 4,
      stripes: { count: 2, sectors: 128 },
      activation: 'inactive',
    });
    removeMap(host.machine, 'ours-two');
    const missing = group.metadata.physicalVolumes[1]?.uuid ?? '';
    const warnings =
      `  WARNING: Couldn't find device with uuid ${missing}.\n` +
      `  WARNING: VG Guest is missing PV ${missing} (last written to /dev/mapper/ours-two).\n`;
    const { stdout, stderr } = await host.run([
      'lvs',
      '--noheadings',
      '-o',
      'lv_attr,devices',
      'Guest',
    ]);
    expect(stdout).toBe('  -wi-----p- /dev/mapper/ours-one(0),[unknown](0)\n');
    expect(stderr).toBe(warnings);
    expect(await host.run(['lvcreate', '-n', 'x', '-l', '1', 'Guest'])).toEqual({
      exitCode: 5,
      stdout: '',
      stderr:
        `${warnings}  Cannot change VG Guest while PVs are missing.\n` +
        '  See vgreduce --removemissing and vgextend --restoremissing.\n' +
        '  Cannot process volume group Guest\n',
    });
  });

  it('wait for a short-lived opener, and not for a map', async () => {
    await host.run(['lvcreate', '-s', '--monitor', 'n', '-n', 'snap', '-L', '8m', 'VG/data']);
    const device = keyOf(host.device('/dev/VG/snap').number);
    const close = openDevice(host.machine, { device, by: { kind: 'process', processId: 1 } });
    host.machine.world.clock.schedule(1000, close);
    expect(await host.run(['lvremove', '--yes', 'VG/snap'])).toMatchObject({ exitCode: 0 });

    await host.run(['lvcreate', '-s', '--monitor', 'n', '-n', 'snap', '-L', '8m', 'VG/data']);
    host.wrap('ours-1', host.device('/dev/VG/snap'));
    const before = host.machine.world.clock.elapsedMs();
    expect(await host.run(['lvremove', '--yes', 'VG/snap'])).toEqual({
      exitCode: 5,
      stdout: '',
      stderr: '  Logical volume VG/snap is used by another device.\n',
    });
    expect(host.machine.world.clock.elapsedMs()).toBe(before);
  });

  it('wait for a command that hangs in the kernel with the group’s lock', async () => {
    const stuck = addProcess(host.machine, { argv: ['lvcreate', '-n', 'x', '-l', '1', 'VG'] });
    stuck.state = 'D';
    const wrapper = host.wrap('ours-1', host.device('/dev/VG/data'));
    createVolumeGroup(host.machine, { name: 'Guest', devices: [{ device: wrapper }] });
    const ended: string[] = [];
    const commands = [['lvs'], ['lvs', 'VG/data'], ['lvs', 'Guest']] as const;
    const running = commands.map(async (argv) => {
      await host.run(argv);
      ended.push(argv.join(' '));
    });
    await host.wait(60_000);
    expect(ended).toEqual(['lvs Guest']);
    removeProcess(host.machine, stuck);
    await host.wait(1000);
    await Promise.all(running);
    expect(ended).toHaveLength(3);
  });

  it('do not remove an active volume without being told so', async () => {
    const { exitCode } = await host.run(['lvremove', 'VG/data']);
    expect(exitCode).toBe(5);
    expect(host.maps).toEqual(['VG-data']);
  });

  it('make thick snapshots of thin volumes when a size is given', async () => {
    const pool = createThinPool(host.machine, host.group, { name: 'pool', extentCount: 16 });
    createThinLogicalVolume(host.machine, pool, { name: 'thin', extentCount: 8, pool: 'pool' });
    await host.run(['lvcreate', '-s', '-n', 'thick', '-L', '8m', 'VG/thin']);
    const { stdout } = await host.run(['lvs', '--noheadings', '-o', 'lv_attr,segtype', 'VG/thick']);
    expect(stdout).toBe('  swi-a-s--- linear\n');
    expect(host.maps).toContain('VG-thin-real');
  });
});
