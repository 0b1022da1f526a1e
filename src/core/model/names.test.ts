import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deviceMapperName, fileNameForGuest, isRunId, ownedName, parseOwnedName } from './names.js';

const runId = fc.stringMatching(/^[a-z0-9]{10}$/);
const number = fc.integer({ min: 0, max: 999_999 });

/** Names people and attackers give. */
const hostile = [
  '-rf',
  '..',
  '.',
  '.hidden',
  '../../etc/passwd',
  'a/b',
  '%2F',
  '%',
  'web 01',
  'a\nb',
  '\u0000',
  'ä',
  'あ',
  '😀',
  '$(id)',
  "'",
  'guest-1.2_3',
  'NUL',
  'x'.repeat(127),
];

describe('names of our objects', () => {
  it('say who made them', () => {
    fc.assert(
      fc.property(runId, number, (run, count) => {
        expect(parseOwnedName(ownedName(run, count))).toEqual({ runId: run, number: count });
      }),
    );
  });

  it('are recognised with the partition that kpartx appends', () => {
    expect(parseOwnedName('xen-backup-abcdefghij-12p5')).toEqual({
      runId: 'abcdefghij',
      number: 12,
      partition: 5,
    });
  });

  it.each([
    'xen-backup',
    'xen-backup-abcdefghij',
    'xen-backup-abcdefghij-',
    'xen-backup-abcdefghi-1',
    'xen-backup-ABCDEFGHIJ-1',
    'xen-backup-abcdefghij-1p',
    'xen-backup-abcdefghij-1p2p3',
    'xen-backup-abcdefghij-1\n',
    'my-xen-backup-abcdefghij-1',
    'xen-backup-abcdefghij-1234567',
    'VolGroup00-LogVol00',
  ])('do not include %j', (name) => {
    expect(parseOwnedName(name)).toBeUndefined();
  });

  it.each<[string, number]>([
    ['short', 1],
    ['abcdefghi/', 1],
    ['abcdefghij', -1],
    ['abcdefghij', 1.5],
    ['abcdefghij', 1_000_000],
    ['abcdefghij', Number.NaN],
  ])('are not made of %j and %d', (run, count) => {
    expect(() => ownedName(run, count)).toThrow(/not a run id|not an object number/);
  });

  it('need a run id of exactly ten letters and digits', () => {
    expect(['abcdefghij', '0123456789'].every(isRunId)).toBe(true);
    expect(['', 'abcdefghi', 'abcdefghijk', 'ABCDEFGHIJ', 'abcdefghi\n'].some(isRunId)).toBe(false);
  });
});

describe('deviceMapperName', () => {
  it('doubles hyphens, as measured', () => {
    expect(deviceMapperName('VolGroupXX', 'LogVolDc1-4242')).toBe('VolGroupXX-LogVolDc1--4242');
  });

  it('gives two volumes two names, wherever their hyphens are', () => {
    // LVM refuses names that begin with a hyphen.
    const name = fc
      .string({ unit: fc.constantFrom('a', 'b', '-', '.'), minLength: 1, maxLength: 6 })
      .filter((text) => !text.startsWith('-'));
    fc.assert(
      fc.property(name, name, name, name, (group, volume, otherGroup, otherVolume) => {
        fc.pre(group !== otherGroup || volume !== otherVolume);
        expect(deviceMapperName(group, volume)).not.toBe(deviceMapperName(otherGroup, otherVolume));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('fileNameForGuest', () => {
  it('leaves ordinary names as they are', () => {
    expect(['dc1', 'web-01.disk2', 'Guest_7'].map(fileNameForGuest)).toEqual([
      'dc1',
      'web-01.disk2',
      'Guest_7',
    ]);
  });

  it.each(hostile)('makes one harmless path component of %j', (name) => {
    expect(fileNameForGuest(name)).toMatch(/^[A-Za-z0-9_%][A-Za-z0-9_.%-]*$/);
  });

  it('gives two guests two files', () => {
    const name = fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(name, name, (left, right) => {
        fc.pre(left !== right);
        expect(fileNameForGuest(left)).not.toBe(fileNameForGuest(right));
      }),
    );
  });

  it('can be read back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        expect(decodeURIComponent(fileNameForGuest(name))).toBe(name);
      }),
    );
  });
});
