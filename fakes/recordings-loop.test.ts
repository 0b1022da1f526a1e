import { beforeAll, describe, expect, it } from 'vitest';
import { writeContent } from './block/contents.js';
import { copyDevices } from './block/copy-device.js';
import { keyOf } from './block/devices.js';
import { addLoop } from './block/disks.js';
import type { LoopDevice, TableEntry } from './block/types.js';
import { createPhysicalVolume, createVolumeGroup } from './lvm/create.js';
import { commitMetadata, withVolumes } from './lvm/commit.js';
import type { LogicalVolumeMetadata, LogicalVolumeRole } from './lvm/types.js';
import { SimulatedFileSystem } from './filesystem/file-system.js';
import { TestMachine, mebibyte } from './test-machine.contract.js';
import { recorded, type Recording } from './recorded-host.contract.js';

const directory = 'fixtures/recordings-loop';

/** The recording's LVM had no device-mapper and said so; volumes could not be asked for state. */
const withoutMapper =
  /^ {2}(?:\/dev\/mapper\/control: open|Failure to communicate|Check that device-mapper|Incompatible libdevmapper|WARNING: Activation disabled).*\n/gm;

function loop(host: TestMachine, number: number, mebibytes = 64): LoopDevice {
  const sizeBytes = mebibytes * mebibyte;
  return addLoop(host.machine, { number, backingFile: `/tmp/${number}`, sizeBytes });
}

describe('LVM on loop devices', () => {
  let host: TestMachine;

  beforeAll(() => {
    host = new TestMachine();
    const devices = [loop(host, 0), loop(host, 1)];
    const made = createVolumeGroup(host.machine, {
      name: 'VolGroup00',
      uuid: 's2XdCI-GHh9-TbUP-i5hp-OUTA-A17F-i7XTxV',
      devices: [
        { device: devices[0]!, uuid: '0lv3w5-3sm8-QI5B-2E7N-xg21-QbbK-H8MPyv' },
        { device: devices[1]!, uuid: 'nRWZRD-KHcw-VCFX-Z7HV-Aok3-ihrA-SkawcD' },
      ],
    });
    commitMetadata(host.machine, made, (metadata) => withVolumes(metadata, volumes));
    createPhysicalVolume(host.machine, loop(host, 2), {
      uuid: 'zSyvQQ-2Igq-2dJE-FzWu-vwHc-fqdt-kojlfk',
    });
  });

  async function expectRecorded(name: string): Promise<void> {
    const { argv, exitCode, stdout, stderr } = recorded(`lvm/${name}`, directory);
    const [tool, ...words] = argv;
    const asked = words.filter((word, index) => !isDriverLoaded(word, words[index - 1]));
    expect(await host.run([tool, ...asked]), name).toEqual({
      exitCode,
      // An inactive volume has no unknown state here, it is just inactive.
      stdout: stdout.replaceAll(/("lv_attr":"....)XX/g, '$1--'),
      stderr: stderr.replaceAll(withoutMapper, ''),
    });
  }

  function isDriverLoaded(word: string, before: string | undefined): boolean {
    return word === '--driverloaded' || before === '--driverloaded';
  }

  it.each([
    'guest-pvs',
    'guest-pvs-no-group',
    'guest-pvs-one-missing',
    'guest-segments',
    'guest-segments-no-group',
    'guest-segments-one-missing',
    'lvcreate-exists',
    'lvcreate-no-such-group',
    'lvcreate-no-such-origin',
    'lvmconfig-unset',
    'lvremove-no-such-group',
    'lvs-invalid-path',
    'lvs-no-such-group',
    'lvs-no-such-volume',
  ])('answers as recorded: %s', async (name) => {
    await expectRecorded(name);
  });

  it('answers as recorded: a clone beside the original', async () => {
    const pair = { from: host.device('/dev/loop0'), onto: loop(host, 6) };
    copyDevices(host.machine, host.machine, [pair]);
    await expectRecorded('guest-pvs-duplicate');
  });

  it('answers as recorded: a device that became too small', async () => {
    host.machine.devices.delete('7:6');
    const small = loop(host, 6, 32);
    const original = host.machine.views.get('live')?.get('dom0a/loop0:0');
    host.machine.views.get('live')?.set('dom0a/loop6:0', {
      ...original!,
      layout: [{ space: 'dom0a/loop6', start: 0, sectors: 131_072 }],
    });
    expect(small.sectors).toBe(65_536);
    await expectRecorded('guest-pvs-device-too-small');
  });
});

/** A volume of one extent, or of the areas given, on the two physical volumes of the recording. */
function volume(
  name: string,
  uuid: string,
  role: LogicalVolumeRole,
  runs: readonly (readonly [volume: 0 | 1, start: number, count: number])[],
): LogicalVolumeMetadata {
  const uuids = [
    '0lv3w5-3sm8-QI5B-2E7N-xg21-QbbK-H8MPyv',
    'nRWZRD-KHcw-VCFX-Z7HV-Aok3-ihrA-SkawcD',
  ];
  let next = 0;
  const segments = runs.map(([index, start, count]) => {
    const startExtent = next;
    next += count;
    return {
      startExtent,
      extentCount: count,
      stripeSectors: 0,
      areas: [{ physicalVolume: uuids[index] ?? '', startExtent: start }],
    };
  });
  const visible = ['plain', 'snapshot', 'thin', 'thin-pool', 'foreign'].includes(role.kind);
  const base = { name, uuid, role, visible, access: 'read-write', activationSkip: false } as const;
  return { ...base, tags: [], extentCount: Math.max(1, next), segments };
}

const plain = { kind: 'plain' } as const;

const volumes: readonly LogicalVolumeMetadata[] = [
  volume('lin', 'nTtgM1-RMm1-8C8T-YkkD-Y1XC-qBmi-F74enk', plain, [
    [0, 0, 5],
    [0, 8, 6],
  ]),
  {
    ...volume('str', 'AmbfNT-ehQ2-86Rv-ryRh-JL06-xhMd-hY179m', plain, []),
    extentCount: 4,
    segments: [
      {
        startExtent: 0,
        extentCount: 4,
        stripeSectors: 128,
        areas: [
          { physicalVolume: '0lv3w5-3sm8-QI5B-2E7N-xg21-QbbK-H8MPyv', startExtent: 5 },
          { physicalVolume: 'nRWZRD-KHcw-VCFX-Z7HV-Aok3-ihrA-SkawcD', startExtent: 0 },
        ],
      },
    ],
  },
  volume('web-01.disk2', 'NWMyTP-gXij-KB7E-xqz2-B8P7-Qmo1-wOznpA', plain, [[0, 7, 1]]),
  volume('base', 'AAAAA1-JV5y-THgz-4Ilo-EdjO-WsW0-AJgc01', plain, [[1, 2, 1]]),
  volume(
    'cowstore',
    'AAAAA2-JV5y-THgz-4Ilo-EdjO-WsW0-AJgc02',
    { kind: 'snapshot', origin: 'base', chunkSectors: 8 },
    [[1, 3, 1]],
  ),
  volume(
    'lvol0_pmspare',
    'AAAAA2-JV5y-THgz-4Ilo-EdjO-WsW0-AJgc12',
    { kind: 'pool-metadata-spare' },
    [[1, 8, 1]],
  ),
  volume(
    'rd',
    'AAAAA4-JV5y-THgz-4Ilo-EdjO-WsW0-AJgc04',
    { kind: 'foreign', segmentType: 'raid1', components: ['rd_rimage_0', 'rd_rimage_1'] },
    [],
  ),
  volume('rd_rimage_0', 'AAAAA6-JV5y-THgz-4Ilo-EdjO-WsW0-AJgc06', { kind: 'raid-image' }, [
    [0, 14, 1],
  ]),
  volume('rd_rimage_1', 'AAAAA8-JV5y-THgz-4Ilo-EdjO-WsW0-AJgc08', { kind: 'raid-image' }, [
    [1, 5, 1],
  ]),
  volume('rd_rmeta_0', 'AAAAA5-JV5y-THgz-4Ilo-EdjO-WsW0-AJgc05', { kind: 'raid-metadata' }, [
    [1, 12, 1],
  ]),
  volume('rd_rmeta_1', 'AAAAA7-JV5y-THgz-4Ilo-EdjO-WsW0-AJgc07', { kind: 'raid-metadata' }, [
    [1, 4, 1],
  ]),
  {
    ...volume(
      'thin1',
      'AAAAA3-JV5y-THgz-4Ilo-EdjO-WsW0-AJgc13',
      { kind: 'thin', pool: 'tpool', deviceId: 1 },
      [],
    ),
    extentCount: 2,
  },
  volume(
    'tpool',
    'AAAAA9-JV5y-THgz-4Ilo-EdjO-WsW0-AJgc09',
    { kind: 'thin-pool', data: 'tpool_tdata', metadata: 'tpool_tmeta', chunkSectors: 128 },
    [],
  ),
  volume('tpool_tdata', 'AAAAA1-JV5y-THgz-4Ilo-EdjO-WsW0-AJgc11', { kind: 'pool-data' }, [
    [1, 7, 1],
  ]),
  volume('tpool_tmeta', 'AAAAA0-JV5y-THgz-4Ilo-EdjO-WsW0-AJgc10', { kind: 'pool-metadata' }, [
    [1, 6, 1],
  ]),
];

describe('parted and blkid on image files', () => {
  /** They were asked about files; here the same stands on a loop device. */
  async function expectRecorded(host: TestMachine, name: string, path: string): Promise<void> {
    const on = (text: string): string =>
      text
        .replaceAll(path, '/dev/loop0')
        .replaceAll('"model": ""', '"model": "Loopback device"')
        .replaceAll('"transport": "file"', '"transport": "loopback"')
        .replace(/:file:(.*)::;/, ':loopback:$1:Loopback device:;');
    const { argv, exitCode, stdout, stderr }: Recording = recorded(name, directory);
    const [tool, ...words] = argv;
    expect(await host.run([tool, ...words.map(on)]), name).toEqual({
      exitCode,
      stdout: on(stdout),
      stderr: on(stderr),
    });
  }

  const linux = '0fc63daf-8483-4772-8e79-3d69d8477de4';

  function entry(
    number: number,
    start: number,
    end: number,
    more: Partial<TableEntry> = {},
  ): TableEntry {
    const [first, sectors] = [start / 512, (end + 1 - start) / 512];
    return {
      number,
      kind: 'primary',
      start: first,
      sectors,
      type: linux,
      bootable: false,
      ...more,
    };
  }

  function diskWith(
    label: 'msdos' | 'gpt',
    entries: readonly TableEntry[],
    written = 64,
    now = written,
  ): TestMachine {
    const host = new TestMachine();
    const device = loop(host, 0, written);
    writeContent(host.machine, keyOf(device.number), {
      kind: 'partition-table',
      label,
      uuid: '12345678',
      logicalSectorBytes: 512,
      entries,
    });
    if (now !== written) loop(host, 0, now);
    return host;
  }

  const first = entry(1, 1_048_576, 10_485_759);
  const second = entry(2, 10_485_760, 20_971_519, { name: 'b' });
  const extended = entry(2, 10_485_760, 62_914_559, { kind: 'extended', type: '0xf' });
  const msdos = { type: '0x83' } as const;

  it.each([
    ['gpt-odd-name', () => diskWith('gpt', [{ ...first, name: 'we:ird;name, x' }, second])],
    ['gpt-foreign-letters', () => diskWith('gpt', [{ ...first, name: 'dätä' }, second])],
    ['gpt-grown', () => diskWith('gpt', [{ ...first, name: 'dätä' }, second], 64, 80)],
    ['msdos-empty', () => diskWith('msdos', [])],
    ['msdos-empty-extended', () => diskWith('msdos', [{ ...first, ...msdos }, extended])],
    ['msdos-outside', () => diskWith('msdos', [{ ...first, ...msdos }, extended], 64, 32)],
  ])('parted answers as recorded: %s', async (name, makeHost) => {
    const host = makeHost();
    for (const layout of ['json', 'machine']) {
      await expectRecorded(host, `parted/${name}-${layout}`, '/tmp/bt/disk');
    }
  });

  it('parted and blkid answer as recorded about what is not there', async () => {
    const host = new TestMachine();
    await expectRecorded(host, 'parted/missing-device-json', '/tmp/bt/disk');
    await expectRecorded(host, 'parted/unknown-option', '/tmp/bt/disk');
    for (const name of [
      'blkid/missing-device',
      'blkid/size-missing-device',
      'dmsetup/flush-missing-device',
      'dmsetup/sync-missing-device',
    ]) {
      await expectRecorded(host, name, '/tmp/bt/disk');
    }
  });

  it.each([
    ['label-utf8', 'dönnées é', 'b3b04a84-3b02-45d6-af3e-ab58ebce1789'],
    ['label-punctuation', 'a b"\\$`<', '50137257-793f-4b8c-a7e9-298d4bc3b173'],
  ])('blkid answers as recorded: %s', async (name, label, uuid) => {
    const host = new TestMachine();
    const image = SimulatedFileSystem.make({
      type: 'ext4',
      sizeBytes: 64 * mebibyte,
      label,
      uuid,
      blockSizeBytes: 1024,
    });
    writeContent(host.machine, keyOf(loop(host, 0).number), { kind: 'file-system', image });
    await expectRecorded(host, `blkid/${name}`, '/tmp/bt/fs');
  });
});
