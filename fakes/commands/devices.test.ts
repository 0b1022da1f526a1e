import { beforeEach, describe, expect, it } from 'vitest';
import { writeContent } from '../block/contents.js';
import { keyOf } from '../block/devices.js';
import { addDisk, addKernelPartition } from '../block/disks.js';
import { openDevice } from '../block/openings.js';
import type { BlockDevice, PartitionTableContent } from '../block/types.js';
import { noteWrite } from '../block/writes.js';
import { SimulatedFileSystem } from '../filesystem/file-system.js';
import { mebibyte, TestMachine } from '../test-machine.contract.js';

let host: TestMachine;
let volume: BlockDevice;

beforeEach(() => {
  host = new TestMachine();
  volume = host.volume('data', 64);
});

function table(label: 'msdos' | 'gpt', partitions: readonly number[]): PartitionTableContent {
  return {
    kind: 'partition-table',
    label,
    uuid: label === 'gpt' ? 'cd66f1ff-bff8-403f-ab2e-33de6060c5db' : '12345678',
    logicalSectorBytes: 512,
    entries: partitions.map((start, index) => ({
      number: index + 1,
      kind: 'primary',
      start,
      sectors: 20_000,
      type: label === 'gpt' ? '0fc63daf-8483-4772-8e79-3d69d8477de4' : '0x83',
      bootable: false,
      ...(label === 'gpt'
        ? { name: `p:${index}`, uuid: `00000000-0000-4000-8000-00000000000${index}` }
        : {}),
    })),
  };
}

describe('dmsetup', () => {
  const ioctl = 'device-mapper: reload ioctl on x  failed';

  it.each([
    ['0 100 linear /dev/nosuch 0', `${ioctl}: No such device`],
    ['0 100 linear 254:16 9999999', `${ioctl}: Invalid argument`],
    ['0 100 linear 254:16', `${ioctl}: Invalid argument`],
    ['5 100 linear 254:16 0', `${ioctl}: Invalid argument`],
    ['0 100 nosuch', `${ioctl}: Invalid argument`],
    ['', `${ioctl}: Invalid argument`],
  ])('refuses the table %j and leaves no map', async (text, reason) => {
    expect(await host.run(['dmsetup', 'create', 'x'], text)).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `${reason}\nCommand failed.\n`,
    });
    expect(host.maps).not.toContain('x');
  });

  it('refuses to lie on what is mounted or swapped to, and not on what a guest uses', async () => {
    const line = `0 8 linear ${keyOf(volume.number)} 0`;
    const device = keyOf(volume.number);
    const close = openDevice(host.machine, { device, by: { kind: 'mount', mountId: 1 } });
    expect((await host.run(['dmsetup', 'create', 'x'], line)).stderr).toMatch(/resource busy/);
    close();
    openDevice(host.machine, { device, by: { kind: 'domain', domain: 'dc1' } });
    expect((await host.run(['dmsetup', 'create', 'x'], line)).exitCode).toBe(0);
  });

  it('prints tables and status of stacked maps as the kernel numbers them', async () => {
    const { number } = volume;
    const text = `0 16 linear /dev/VG/data 8\n16 256 striped 2 128 ${keyOf(number)} 0 254:16 2048\n`;
    await host.run(['dmsetup', 'create', 'x', '--uuid', 'U', '--readonly'], text);
    expect((await host.run(['dmsetup', 'table', 'x'])).stdout).toBe(
      '0 16 linear 253:0 8\n16 256 striped 2 128 253:0 0 254:16 2048\n',
    );
    expect((await host.run(['dmsetup', 'status', 'x'])).stdout).toBe(
      '0 16 linear \n16 256 striped 2 253:0 254:16 1 AA\n',
    );
    const columns = [
      '-c',
      '--noheadings',
      '--separator',
      ':',
      '-o',
      'name,uuid,major,minor,open,attr',
    ];
    expect((await host.run(['dmsetup', 'info', ...columns, 'x'])).stdout).toBe(
      'x:U:253:1:0:L--r\n',
    );
  });

  it('fails as libdevmapper does where there is no map', async () => {
    expect((await host.run(['dmsetup', 'remove', 'none'])).stderr).toBe(
      'device-mapper: remove ioctl on none  failed: No such device or address\nCommand failed.\n',
    );
    expect((await host.run(['dmsetup', 'status', 'none'])).stderr).toBe(
      'Device does not exist.\nCommand failed.\n',
    );
  });

  it('gives free minors again, the lowest first', async () => {
    const line = '0 8 zero';
    for (const name of ['a', 'b', 'c']) await host.run(['dmsetup', 'create', name], line);
    await host.run(['dmsetup', 'remove', 'a']);
    await host.run(['dmsetup', 'create', 'd'], line);
    expect((await host.run(['dmsetup', 'ls'])).stdout).toBe(
      'VG-data\t(253:0)\nb\t(253:2)\nc\t(253:3)\nd\t(253:1)\n',
    );
  });

  it('asks for 25 times while a map is busy, a line each', async () => {
    const x = host.wrap('x', volume);
    openDevice(host.machine, { device: keyOf(x.number), by: { kind: 'process', processId: 9 } });
    const { exitCode, stderr } = await host.run(['dmsetup', 'remove', '--retry', 'x']);
    expect(exitCode).toBe(1);
    expect(stderr.split('\n').filter((line) => line.endsWith('resource busy'))).toHaveLength(25);
  });
});

describe('kpartx', () => {
  it('stops at the first map in use, in order of names', async () => {
    writeContent(host.machine, keyOf(volume.number), table('msdos', [2048, 30_000, 60_000]));
    await host.run(['kpartx', '-a', '-p', 'p', '/dev/VG/data']);
    const second = keyOf(host.device('/dev/mapper/VG-datap2').number);
    openDevice(host.machine, { device: second, by: { kind: 'swap' } });
    expect(await host.run(['kpartx', '-d', '-v', '-p', 'p', '/dev/VG/data'])).toEqual({
      exitCode: 1,
      stdout: 'del devmap : VG-datap1\nVG-datap2 is in use. Not removing\n',
      stderr: '',
    });
    expect(host.maps).toEqual(['VG-data', 'VG-datap2', 'VG-datap3']);
  });

  it('leaves other maps on the device alone, and names them', async () => {
    host.wrap('ours-1', volume);
    host.map({
      name: 'ours-2',
      table: [
        {
          kind: 'linear',
          start: 0,
          sectors: 8,
          device: keyOf(host.device('/dev/mapper/ours-1').number),
          offset: 0,
        },
      ],
    });
    expect((await host.run(['kpartx', '-d', '-v', '-p', 'p', '/dev/mapper/ours-1'])).stdout).toBe(
      'ours-2: is not a kpartx partition. Not removing\n',
    );
    expect(host.maps).toContain('ours-2');
  });

  it('refuses a partition that reaches beyond the device', async () => {
    writeContent(host.machine, keyOf(volume.number), table('msdos', [2048, 125_000]));
    const { exitCode, stdout, stderr } = await host.run([
      'kpartx',
      '-a',
      '-v',
      '-p',
      'p',
      '/dev/VG/data',
    ]);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^add map VG-datap1 /);
    expect(stderr).toMatch(/create\/reload failed on VG-datap2/);
  });

  it('says on stdout that a device is not there', async () => {
    expect(await host.run(['kpartx', '-a', '-v', '-p', 'p', '/dev/nosuch'])).toEqual({
      exitCode: 1,
      stdout: 'failed to stat() /dev/nosuch\n',
      stderr: '',
    });
  });
});

describe('parted', () => {
  const print = (layout: '-m' | '-j', path: string) =>
    host.run(['parted', '-s', layout, path, 'unit', 'B', 'print']);

  it('keeps the name of a map and resolves other links', async () => {
    writeContent(host.machine, keyOf(volume.number), table('gpt', [2048]));
    expect((await print('-m', '/dev/mapper/VG-data')).stdout).toBe(
      'BYT;\n/dev/mapper/VG-data:67108864B:dm:512:512:gpt:Linux device-mapper (linear):;\n' +
        '1:1048576B:11288575B:10240000B::p\\:0:;\n',
    );
    expect((await print('-m', '/dev/VG/data')).stdout).toContain('/dev/dm-0:67108864B');
  });

  it('knows no table that does not fit its device', async () => {
    writeContent(host.machine, keyOf(volume.number), table('msdos', [2048, 100_000]));
    const small = {
      kind: 'linear',
      start: 0,
      sectors: 90_000,
      device: keyOf(volume.number),
      offset: 0,
    } as const;
    host.map({ name: 'small', table: [small] });
    expect(await print('-m', '/dev/mapper/small')).toMatchObject({
      exitCode: 1,
      stderr: "Error: Can't have a partition outside the disk!\n",
      stdout: expect.stringContaining(':unknown:'),
    });
    writeContent(host.machine, keyOf(volume.number), table('gpt', [2048]));
    expect(await print('-m', '/dev/mapper/small')).toMatchObject({
      exitCode: 1,
      stderr: 'Error: Invalid argument during seek for read on /dev/mapper/small\n',
    });
  });

  it('warns of a GPT on a disk that has grown, and reads it', async () => {
    const part = {
      kind: 'linear',
      start: 0,
      sectors: 90_000,
      device: keyOf(volume.number),
      offset: 0,
    } as const;
    const small = host.map({ name: 'small', table: [part] });
    writeContent(host.machine, keyOf(small.number), table('gpt', [2048]));
    const { exitCode, stderr, stdout } = await print('-j', '/dev/VG/data');
    expect([exitCode, stdout.includes('"label": "gpt"')]).toEqual([0, true]);
    expect(stderr).toMatch(/^Warning: Not all of the space available to \/dev\/dm-0 appears/);
  });

  it('fails where there is no device', async () => {
    expect(await print('-m', '/dev/nosuch')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'Error: Could not stat device /dev/nosuch - No such file or directory.\n',
    });
  });
});

describe('blkid', () => {
  const probe = (path: string) => host.run(['blkid', '-p', '-o', 'export', path]);

  function format(label: string): void {
    const image = SimulatedFileSystem.make({ type: 'ext4', sizeBytes: 64 * 2 ** 20, label });
    writeContent(host.machine, keyOf(volume.number), { kind: 'file-system', image });
  }

  it('escapes what a shell would read', async () => {
    format('we ird"$x');
    expect((await probe('/dev/VG/data')).stdout).toContain('LABEL=we\\ ird\\"\\$x\n');
    format('é\n');
    expect((await probe('/dev/VG/data')).stdout).toContain('LABEL=M-CM-)^J\n');
  });

  it('says nothing of devices that are blank, missing or broken: exit code 2', async () => {
    const nothing = { exitCode: 2, stdout: '', stderr: '' };
    expect(await probe('/dev/VG/data')).toEqual(nothing);
    expect(await probe('/dev/nosuch')).toEqual(nothing);
    format('x');
    await host.run(['lvcreate', '-s', '--monitor', 'n', '-n', 'snap', '-L', '4m', 'VG/data']);
    noteWrite(host.machine, keyOf(volume.number), { start: 0, sectors: 60_000 });
    expect(await probe('/dev/VG/snap')).toEqual(nothing);
  });

  it('finds the small table inside an extended partition', async () => {
    const extended = {
      ...table('msdos', [2048]).entries[0]!,
      kind: 'extended',
      type: '0x5',
    } as const;
    writeContent(host.machine, keyOf(volume.number), {
      ...table('msdos', []),
      entries: [extended],
    });
    await host.run(['kpartx', '-a', '-p', 'p', '/dev/VG/data']);
    expect((await probe('/dev/mapper/VG-datap1')).stdout).toMatch(
      /PTTYPE=dos\nPART_ENTRY_SCHEME=dos\n/,
    );
  });

  it('knows the kernel’s own partitions as it knows maps', async () => {
    const disk = addDisk(host.machine, { name: 'vdc', sizeBytes: 64 * mebibyte });
    writeContent(host.machine, keyOf(disk.number), table('msdos', [2048]));
    addKernelPartition(host.machine, disk, { number: 1, start: 2048, sectors: 20_000 });
    expect((await probe('/dev/vdc1')).stdout).toContain('PART_ENTRY_UUID=12345678-01\n');
    const tree = await host.run(['lsblk', '-J', '-b', '-o', 'NAME,TYPE,PKNAME', '/dev/vdc']);
    expect(JSON.parse(tree.stdout)).toEqual({
      blockdevices: [
        {
          name: 'vdc',
          type: 'disk',
          pkname: null,
          children: [{ name: 'vdc1', type: 'part', pkname: 'vdc' }],
        },
      ],
    });
  });

  it('takes a GPT without its end for the table that protects it', async () => {
    writeContent(host.machine, keyOf(volume.number), table('gpt', [2048]));
    const small = {
      kind: 'linear',
      start: 0,
      sectors: 90_000,
      device: keyOf(volume.number),
      offset: 0,
    } as const;
    host.map({ name: 'small', table: [small] });
    expect((await probe('/dev/mapper/small')).stdout).toBe(
      'DEVNAME=/dev/mapper/small\nPTTYPE=PMBR\n',
    );
  });
});

describe('blockdev and sync', () => {
  it('answer about devices, and fail in their own words', async () => {
    expect((await host.run(['blockdev', '--getsz', '/dev/VG/data'])).stdout).toBe('131072\n');
    expect(await host.run(['blockdev', '--getsize64', '/dev/nosuch'])).toMatchObject({
      exitCode: 1,
      stderr: 'blockdev: cannot open /dev/nosuch: No such file or directory\n',
    });
    expect(await host.run(['sync', '--', '/dev/nosuch'])).toMatchObject({
      exitCode: 1,
      stderr: "sync: error opening '/dev/nosuch': No such file or directory\n",
    });
  });
});
