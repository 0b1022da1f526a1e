import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Argv } from '../src/ports/index.js';
import type { TableEntry } from './block/types.js';
import { mebibyte, RecordedHost, recorded, type Renaming } from './recorded-host.contract.js';
import { tellRecordedStory } from './recorded-story.contract.js';

const directories = ['lvm', 'dmsetup', 'kpartx', 'parted', 'blkid', 'lsblk'];

/** What was asked of a shell, about other programs. */
const notOurs = ['lvm/dmeventd', 'dmsetup/dmesg-overflow'];

const all = directories
  .flatMap((directory) =>
    readdirSync(`fixtures/recordings/${directory}`).map(
      (file) => `${directory}/${file.replace('.json', '')}`,
    ),
  )
  .filter((name) => !notOurs.includes(name));

async function compareStory(rename: Renaming): Promise<readonly string[]> {
  const seen: string[] = [];
  const host = new RecordedHost(rename);
  await tellRecordedStory(host, async (...names) => {
    for (const name of names) {
      const { argv, exitCode, stdout, stderr } = recorded(name);
      const [tool, ...words] = argv;
      const asked: Argv = [tool, ...words.map(rename)];
      const answer = await host.run(asked);
      expect(answer, name).toEqual({
        exitCode,
        stdout: rename(stdout),
        stderr: rename(stderr),
      });
      seen.push(name);
    }
  });
  return seen;
}

/** Names of the same length that sort the same way, so that tables stay comparable. */
const otherNames: readonly (readonly [string, string])[] = [
  ['VolGroupXX', 'VolGroupYZ'],
  ['LogVolDc1', 'LogVolDk7'],
  ['LogVolDomU1', 'LogVolDonV2'],
  ['VolGroup00', 'VolGroup77'],
  ['LogVol00', 'LogVol22'],
  ['LogVol01', 'LogVol31'],
  ['toolarge', 'tooheavy'],
  ['whole-disk', 'whole-dish'],
];

/** LVM's form, the common form, and two of LVM's in the UUID of a map. */
const uuidPattern =
  /[A-Za-z0-9]{6}(?:-[A-Za-z0-9]{4}){5}-[A-Za-z0-9]{6}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=LVM-)[A-Za-z0-9]{64}|DD95-013F|dbb6a7d8|96eae725/g;

/** Types of GPT partitions are not anybody's choice. */
const gptTypes = [
  '0fc63daf-8483-4772-8e79-3d69d8477de4',
  'c12a7328-f81f-11d2-ba4b-00a0c93ec93b',
  '0657fd6d-a4ab-43c4-84e5-0933c84b4f4f',
];

const renameAll: Renaming = (text) =>
  otherNames
    .reduce((renamed, [from, to]) => renamed.replaceAll(from, to), text)
    .replaceAll(uuidPattern, (uuid) =>
      gptTypes.includes(uuid)
        ? uuid
        : uuid.replaceAll(/[0-8]/g, (digit) => String(Number(digit) + 1)),
    );

describe('the recorded host', () => {
  it('answers every recorded argv as the real one did', async () => {
    const seen = await compareStory((text) => text);
    expect([...seen].sort()).toEqual([...all].sort());
  });

  it('answers with other names and UUIDs when it has others', async () => {
    expect(renameAll('dbb6a7d8 VolGroupXX-LogVolDc1')).toBe('dbb7a8d9 VolGroupYZ-LogVolDk7');
    await compareStory(renameAll);
  });
});

describe('a host of other sizes', () => {
  async function answers(): Promise<(argv: Argv) => Promise<string>> {
    const host = new RecordedHost();
    const volume = host.volume('data', 48);
    const entries: readonly TableEntry[] = [
      { number: 1, kind: 'primary', start: 2048, sectors: 30_000, type: '0x83', bootable: false },
    ];
    host.partition(volume, { label: 'msdos', uuid: '0badcafe', entries }, (_number, device) => {
      host.fileSystem(device, { type: 'xfs', uuid: 'aaaaaaaa-0000-4000-8000-000000000001' });
    });
    await host.settle();
    return async (argv) => (await host.run(argv)).stdout;
  }

  it('reports them in bytes, extents and sectors', async () => {
    const ask = await answers();
    const report = ['--reportformat', 'json', '--units', 'b', '--nosuffix'] as const;
    const volumes = await ask(['lvs', ...report, '-o', 'lv_name,lv_size,devices']);
    expect(JSON.parse(volumes)).toEqual({
      report: [{ lv: [{ lv_name: 'data', lv_size: '50331648', devices: '/dev/vdb(0)' }] }],
    });
    const groups = await ask(['vgs', ...report, '-o', 'vg_size,vg_free,vg_free_count,lv_count']);
    expect(JSON.parse(groups)).toEqual({
      report: [
        {
          vg: [
            {
              vg_size: String(1023 * 4 * mebibyte),
              vg_free: String((1023 - 12) * 4 * mebibyte),
              vg_free_count: '1011',
              lv_count: '1',
            },
          ],
        },
      ],
    });
    expect(await ask(['dmsetup', 'table'])).toBe('VolGroupXX-data: 0 98304 linear 254:16 2048\n');
    expect(await ask(['blockdev', '--getsize64', '/dev/VolGroupXX/data'])).toBe('50331648\n');
  });

  it('shows them in partition tables and maps', async () => {
    const ask = await answers();
    const path = '/dev/VolGroupXX/data';
    expect(await ask(['parted', '-s', '-m', path, 'unit', 'B', 'print'])).toBe(
      'BYT;\n' +
        '/dev/dm-0:50331648B:dm:512:512:msdos:Linux device-mapper (linear):;\n' +
        '1:1048576B:16408575B:15360000B:xfs::;\n',
    );
    expect(await ask(['kpartx', '-a', '-v', '-p', 'p', path])).toBe(
      'add map VolGroupXX-datap1 (253:1): 0 30000 linear 253:0 2048\n',
    );
    expect(await ask(['blkid', '-p', '-o', 'export', '/dev/mapper/VolGroupXX-datap1'])).toContain(
      'PART_ENTRY_SIZE=30000\n',
    );
  });
});
