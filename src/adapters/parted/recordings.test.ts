import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CommandResult } from '../../ports/index.js';
import {
  codeOf,
  describeRecordings,
  expectStrict,
  garbage,
} from '../shared/recordings.contract.js';
import { printTableArgv } from './argv.js';
import { parseJsonTable, parseMachineTable } from './parse.js';

type Row = readonly [number: number, startBytes: number, sizeBytes: number, kind: string];

function rowsOf(recording: CommandResult): readonly Row[] {
  return tableOf(recording).partitions.map(({ number, startBytes, sizeBytes, kind }) => [
    number,
    startBytes,
    sizeBytes,
    kind,
  ]);
}

function tableOf({ argv, stdout }: CommandResult) {
  return argv.includes('-j') ? parseJsonTable(stdout) : parseMachineTable(stdout);
}

function has(label: string, rows: readonly Row[]) {
  return (recording: CommandResult) => {
    expect(tableOf(recording).label).toBe(label);
    expect(rowsOf(recording)).toEqual(rows);
  };
}

/** No parser takes it: a format for people, a table of another kind, or none at all. */
function refused({ stdout }: CommandResult) {
  expect(codeOf(() => parseJsonTable(stdout))).toBe('output-unexpected');
  expect(codeOf(() => parseMachineTable(stdout))).toBe('output-unexpected');
}

const gpt: readonly Row[] = [
  [1, 1_048_576, 33_554_432, 'primary'],
  [2, 34_603_008, 384_827_392, 'primary'],
  [3, 419_430_400, 52_428_800, 'primary'],
  [4, 471_859_200, 156_237_824, 'primary'],
];
const extended: readonly Row[] = [
  [1, 1_048_576, 40_894_464, 'primary'],
  [2, 41_943_040, 167_772_160, 'extended'],
  [5, 42_991_616, 61_865_984, 'logical'],
  [6, 105_906_176, 103_809_024, 'logical'],
];
const lvm: readonly Row[] = [
  [1, 1_048_576, 104_857_600, 'primary'],
  [2, 105_906_176, 1_466_957_824, 'primary'],
];
const two: readonly Row[] = [
  [1, 1_048_576, 9_437_184, 'primary'],
  [2, 10_485_760, 10_485_760, 'primary'],
];
const emptyExtended: readonly Row[] = [
  [1, 1_048_576, 9_437_184, 'primary'],
  [2, 10_485_760, 52_428_800, 'extended'],
];

function named(names: readonly (string | undefined)[]) {
  return (recording: CommandResult) => {
    expect(tableOf(recording).partitions.map(({ name }) => name)).toEqual(names);
  };
}

describeRecordings('parted', {
  'xen/blank-human': refused,
  'xen/blank-json': refused,
  'xen/blank-machine': refused,
  'xen/gpt-efi-xfs-swap-human': refused,
  'xen/gpt-efi-xfs-swap-json': (recording) => {
    has('gpt', gpt)(recording);
    named(['ESP', 'root', 'swap', 'data'])(recording);
    expect(tableOf(recording)).toMatchObject({
      sizeBytes: 629_145_600,
      logicalSectorSizeBytes: 512,
    });
    expect(tableOf(recording).partitions.map(({ flags }) => flags)).toEqual([
      ['boot', 'esp'],
      [],
      ['swap'],
      [],
    ]);
  },
  'xen/gpt-efi-xfs-swap-machine': (recording) => {
    has('gpt', gpt)(recording);
    named(['ESP', 'root', 'swap', 'data'])(recording);
    expect(tableOf(recording).partitions[0]?.flags).toEqual(['boot', 'esp']);
  },
  // A file system right on the device has a table of the kind "loop": that is no table.
  'xen/lv-ext3-human': refused,
  'xen/lv-ext3-json': refused,
  'xen/lv-ext3-machine': refused,
  'xen/lv-swap-human': refused,
  'xen/lv-swap-json': refused,
  'xen/lv-swap-machine': refused,
  'xen/msdos-extended-digit-human': refused,
  'xen/msdos-extended-digit-json': has('msdos', extended),
  'xen/msdos-extended-digit-machine': has('msdos', extended),
  'xen/msdos-lvm-human': refused,
  'xen/msdos-lvm-json': has('msdos', lvm),
  'xen/msdos-lvm-machine': has('msdos', lvm),
  'xen/whole-btrfs-human': refused,
  'xen/whole-btrfs-json': refused,
  'xen/whole-btrfs-machine': refused,
  'xen/whole-ext4-human': refused,
  'xen/whole-ext4-json': refused,
  'xen/whole-ext4-machine': refused,
  'xen/whole-pv-human': refused,
  'xen/whole-pv-json': refused,
  'xen/whole-pv-machine': refused,
  'loop/gpt-odd-name-json': named(['we:ird;name, x', 'b']),
  'loop/gpt-odd-name-machine': named(['we:ird;name, x', 'b']),
  // In the C locale the name is left out, and stderr says so.
  'loop/gpt-foreign-letters-json': named([undefined, 'b']),
  'loop/gpt-foreign-letters-machine': named([undefined, 'b']),
  'loop/gpt-grown-json': has('gpt', two),
  'loop/gpt-grown-machine': has('gpt', two),
  // stdout alone looks sound; the adapter refuses because of stderr.
  'loop/gpt-backup-corrupt-json': has('gpt', two),
  'loop/gpt-backup-corrupt-machine': has('gpt', two),
  'loop/msdos-empty-json': has('msdos', []),
  'loop/msdos-empty-machine': has('msdos', []),
  'loop/msdos-empty-extended-json': has('msdos', emptyExtended),
  // The old format cannot tell: documented with the parser.
  'loop/msdos-empty-extended-machine': has(
    'msdos',
    emptyExtended.map(([number, start, size]): Row => [number, start, size, 'primary']),
  ),
  'loop/msdos-outside-json': refused,
  'loop/msdos-outside-machine': refused,
  'loop/mac-json': refused,
  'loop/mac-machine': refused,
  'loop/missing-device-json': refused,
  'loop/unknown-option': refused,
});

describe('a partition table', () => {
  const print = (...partitions: object[]) =>
    JSON.stringify({
      disk: { size: '1048576B', 'logical-sector-size': 512, label: 'msdos', partitions },
    });
  const partition = (number: number, first: number, last: number, type = 'primary') => ({
    number,
    start: `${first * 512}B`,
    end: `${(last + 1) * 512 - 1}B`,
    size: `${(last - first + 1) * 512}B`,
    type,
  });

  it('is read in order of number, on any sectors', () => {
    const text = print(partition(2, 20, 29), partition(1, 40, 49));
    expect(parseJsonTable(text).partitions.map(({ number }) => number)).toEqual([1, 2]);
  });

  it.each([
    ['two partitions overlap', [partition(1, 10, 20), partition(2, 20, 30)]],
    ['two have one number', [partition(1, 10, 20), partition(1, 30, 40)]],
    ['one lies behind the end', [partition(1, 10, 2_048)]],
    ['one lies on the table itself', [partition(1, 0, 20)]],
    ['the end is not where start and size say', [{ ...partition(1, 10, 20), end: '9000B' }]],
    ['one begins within a sector', [{ ...partition(1, 10, 20), start: '5121B', end: '10752B' }]],
    ['a logical partition has no container', [partition(5, 10, 20, 'logical')]],
    [
      'a logical partition lies outside the extended one',
      [partition(1, 10, 20, 'extended'), partition(5, 15, 25, 'logical')],
    ],
    [
      'two partitions are extended',
      [partition(1, 10, 20, 'extended'), partition(2, 30, 40, 'extended')],
    ],
    ['number 5 is primary', [partition(5, 10, 20)]],
    ['number 4 is logical', [partition(1, 5, 30, 'extended'), partition(4, 10, 20, 'logical')]],
    ['there is a kind we do not know', [partition(1, 10, 20, 'free')]],
    ['a size is no number of bytes', [{ ...partition(1, 10, 20), size: '5kB' }]],
  ])('is refused when %s', (_, partitions) => {
    expect(codeOf(() => parseJsonTable(print(...partitions)))).toBe('output-unexpected');
  });

  it('is read or refused, whatever parted prints', () => {
    fc.assert(
      fc.property(garbage('parted'), (text) => {
        expectStrict(parseJsonTable, text);
        expectStrict(parseMachineTable, text);
      }),
      { numRuns: 300 },
    );
  });

  it('is never made up from random text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(codeOf(() => parseJsonTable(text))).toBe('output-unexpected');
        expect(codeOf(() => parseMachineTable(text))).toBe('output-unexpected');
      }),
    );
  });
});

describe('the parted command line', () => {
  it('asks for bytes, and never a question', () => {
    expect(printTableArgv('/dev/x', 'json')).toEqual([
      ...['parted', '-s', '-j', '/dev/x', 'unit', 'B', 'print'],
    ]);
    expect(printTableArgv('/dev/x', 'machine')[2]).toBe('-m');
  });

  it.each(['', '-l', 'rm'])('never takes %j for a device', (device) => {
    expect(codeOf(() => printTableArgv(device, 'json'))).toBe('internal');
  });
});
