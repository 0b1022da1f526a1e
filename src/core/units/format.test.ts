import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatBytes, formatDuration, formatSizesApart, printable } from './format.js';

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1, '1 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [1536, '1.50 KiB'],
    [10_240 + 512, '10.5 KiB'],
    [1024 ** 2 - 1, '1.00 MiB'],
    [1500 * 1024 ** 2, '1.46 GiB'],
    [1508 * 1024 ** 2, '1.47 GiB'],
    [64 * 1024 ** 3, '64 GiB'],
    [300.4 * 1024 ** 3, '300 GiB'],
    [5 * 1024 ** 5, '5 PiB'],
    [5000 * 1024 ** 5, '5000 PiB'],
  ])('writes %d as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('never writes 1024 of a unit that has a next one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 53 - 1 }), (bytes) => {
        expect(formatBytes(bytes)).not.toMatch(/^1024 [BKMGT]/);
      }),
    );
  });

  it('is within a percent of the truth', () => {
    const factors = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40, PiB: 2 ** 50 };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 53 - 1 }), (bytes) => {
        const [value = '', unit = ''] = formatBytes(bytes).split(' ');
        const factor = Object.entries(factors).find(([name]) => name === unit)?.[1] ?? Number.NaN;
        expect(Math.abs((Number(value) * factor) / bytes - 1)).toBeLessThan(0.01);
      }),
    );
  });
});

describe('formatSizesApart', () => {
  it('keeps the short form while it tells the sizes apart', () => {
    expect(formatSizesApart(10 * 2 ** 30, 20 * 2 ** 30)).toEqual(['10 GiB', '20 GiB']);
  });

  it('tells any two different sizes apart', () => {
    const size = fc.integer({ min: 0, max: 2 ** 50 });
    fc.assert(
      fc.property(size, size, (left, right) => {
        fc.pre(left !== right);
        const [first, second] = formatSizesApart(left, right);
        expect(first).not.toBe(second);
      }),
    );
    expect(formatSizesApart(2 ** 40, 2 ** 40 + 512)).toEqual([
      '1099511627776 bytes',
      '1099511628288 bytes',
    ]);
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0 ms'],
    [340.4, '340 ms'],
    [999.6, '1.0 s'],
    [4_200, '4.2 s'],
    [59_940, '59.9 s'],
    [59_960, '1 min 00 s'],
    [185_000, '3 min 05 s'],
    [3_599_600, '1 h 00 min'],
    [7_800_000, '2 h 10 min'],
  ])('writes %d ms as %s', (durationMs, text) => {
    expect(formatDuration(durationMs)).toBe(text);
  });
});

describe('printable', () => {
  it.each([
    ['plain text, äöü, あ, 😀', 'plain text, äöü, あ, 😀'],
    ['two\nlines\tand\r', 'two\\x0alines\\x09and\\x0d'],
    ['\u001b[31mred', '\\x1b[31mred'],
    ['\u009b31mred', '\\x9b31mred'],
    ['a\u202ecba', 'a\\u202ecba'],
    ['a\u200bb\ufeff', 'a\\u200bb\\ufeff'],
    ['half \ud83d of one', 'half \\ud83d of one'],
    ['\0\u007f', '\\x00\\x7f'],
  ])('makes %j %j', (text, result) => {
    expect(printable(text)).toBe(result);
  });

  it('leaves nothing that could move a cursor, end a line or reverse it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(
          /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u,
        );
      }),
    );
  });
});
