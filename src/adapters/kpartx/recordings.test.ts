import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CommandResult } from '../../ports/index.js';
import {
  codeOf,
  describeRecordings,
  expectStrict,
  garbage,
} from '../shared/recordings.contract.js';
import { addMapsArgv, removeMapsArgv } from './argv.js';
import { parseAddedMaps, parseRemovedMaps } from './parse.js';

const dc1 = [
  {
    number: 1,
    name: 'VolGroupXX-LogVolDc1--4242p1',
    deviceNumber: { major: 253, minor: 6 },
    sizeSectors: 204_800,
  },
  {
    number: 2,
    name: 'VolGroupXX-LogVolDc1--4242p2',
    deviceNumber: { major: 253, minor: 7 },
    sizeSectors: 2_865_152,
  },
];

function isDc1({ stdout }: CommandResult) {
  expect(parseAddedMaps(stdout)).toEqual(dc1);
}

// `-l` shows a parent as a path, and logical partitions relative to a map that does not exist.
function refused({ stdout }: CommandResult) {
  expect(codeOf(() => parseAddedMaps(stdout))).toBe('output-unexpected');
  expect(codeOf(() => parseRemovedMaps(stdout))).toBe('output-unexpected');
}

describeRecordings('kpartx', {
  'xen/add': isDc1,
  'xen/add-again': isDc1,
  'xen/add-extended': ({ stdout }) => {
    const maps = parseAddedMaps(stdout);
    // The extended partition is mapped too, with two sectors.
    expect(maps.map(({ number, sizeSectors }) => [number, sizeSectors])).toEqual([
      [1, 79_872],
      [2, 2],
      [5, 120_832],
      [6, 202_752],
    ]);
    // The name of a device that ends in a digit is followed by the very same delimiter.
    expect(maps[0]?.name).toBe('VolGroupXX-LogVolDomU1p1');
  },
  'xen/delete': ({ exitCode, stdout }) => {
    expect(exitCode).toBe(0);
    expect(parseRemovedMaps(stdout)).toEqual({ removed: [], busy: [] });
  },
  'xen/delete-again': ({ exitCode, stdout }) => {
    expect(exitCode).toBe(0);
    expect(parseRemovedMaps(stdout)).toEqual({ removed: [], busy: [] });
  },
  'xen/delete-busy': ({ exitCode, stdout }) => {
    expect(exitCode).toBe(1);
    expect(parseRemovedMaps(stdout)).toEqual({
      removed: ['VolGroupXX-LogVolDc1--4242p1'],
      busy: ['VolGroupXX-LogVolDc1--4242p2'],
    });
  },
  'xen/delete-without-p': ({ stdout }) => {
    expect(parseRemovedMaps(stdout).removed).toEqual(['VolGroupXX-LogVolDc1--4242p2']);
  },
  'xen/list': refused,
  'xen/list-extended': refused,
  'xen/list-gpt': refused,
  'xen/list-noprefix': refused,
});

describe('the kpartx command lines', () => {
  it('always name the delimiter', () => {
    const device = '/dev/mapper/xen-backup-abcdefghij-1';
    expect(addMapsArgv({ device, access: 'read-write' })).toEqual([
      ...['kpartx', '-a', '-v', '-p', 'p', device],
    ]);
    expect(addMapsArgv({ device, access: 'read-only' })).toEqual([
      ...['kpartx', '-a', '-v', '-p', 'p', '-r', device],
    ]);
    expect(removeMapsArgv(device)).toEqual(['kpartx', '-d', '-v', '-p', 'p', device]);
  });

  it.each(['', '-d', 'sda', '/dev/a\0'])('never take %j for a device', (device) => {
    expect(codeOf(() => addMapsArgv({ device, access: 'read-only' }))).toBe('internal');
    expect(codeOf(() => removeMapsArgv(device))).toBe('internal');
  });
});

describe('the maps of kpartx', () => {
  it('may be none: a table without partitions', () => {
    expect(parseAddedMaps('')).toEqual([]);
  });

  it('come in order of their numbers', () => {
    const line = (n: number) => `add map xp${n} (253:${n}): 0 8 linear 253:0 ${n * 8}\n`;
    expect(parseAddedMaps(line(10) + line(2)).map(({ number }) => number)).toEqual([2, 10]);
  });

  it.each([
    ['a map that could not be made', 'add map xp1 (0:0): 0 8 linear 253:0 8\n'],
    ['a map without room', 'add map xp1 (253:1): 0 0 linear 253:0 8\n'],
    ['a map without number', 'add map x (253:1): 0 8 linear 253:0 8\n'],
    ['partition zero', 'add map xp0 (253:1): 0 8 linear 253:0 8\n'],
    ['another target', 'add map xp1 (253:1): 0 8 striped 253:0 8\n'],
    [
      'one number twice',
      'add map xp1 (253:1): 0 8 linear 253:0 8\nadd map xp1 (253:2): 0 8 linear 253:0 16\n',
    ],
    [
      'maps of two devices',
      'add map xp1 (253:1): 0 8 linear 253:0 8\nadd map yp2 (253:2): 0 8 linear 253:0 16\n',
    ],
    ['an error', 'create/reload failed on xp1\n'],
  ])('are refused with %s', (_, text) => {
    expect(codeOf(() => parseAddedMaps(text))).toBe('output-unexpected');
  });

  it('are read or refused, whatever kpartx prints', () => {
    fc.assert(
      fc.property(garbage('kpartx'), (text) => {
        expectStrict(parseAddedMaps, text);
        expectStrict(parseRemovedMaps, text);
      }),
    );
  });

  it('are never made up from random text', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (text) => {
        fc.pre(text.trim() !== '');
        expect(codeOf(() => parseAddedMaps(text))).toBe('output-unexpected');
        expect(codeOf(() => parseRemovedMaps(text))).toBe('output-unexpected');
      }),
    );
  });
});
