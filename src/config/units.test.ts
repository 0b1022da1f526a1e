import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bandwidthPattern,
  durationPattern,
  percentPattern,
  type Reading,
  readBandwidth,
  readDuration,
  readStallTimeout,
  readPercent,
  readSize,
  readSnapshotSize,
  sizePattern,
  snapshotSizePattern,
} from './units.js';
import {
  formatBandwidth,
  formatDuration,
  formatPercent,
  formatSize,
  formatSnapshotSize,
} from './units-format.js';

const value = <T>(given: T) => ({ kind: 'value', value: given });

describe('a size', () => {
  it.each([
    ['0', 0],
    ['4096', 4096],
    ['4096B', 4096],
    ['1K', 1024],
    ['1M', 1024 ** 2],
    ['1G', 2 ** 30],
    ['1GiB', 2 ** 30],
    ['1 GiB', 2 ** 30],
    ['1g', 2 ** 30],
    ['1.5T', 1.5 * 1024 ** 4],
  ])('%s is %d bytes', (text, bytes) => {
    expect(readSize(text)).toEqual(value(bytes));
  });

  it('in decimal units is refused with the binary one', () => {
    expect(readSize('20GB')).toMatchObject({ kind: 'wrong', message: /not GB/ });
  });

  it.each(['', '-1G', 'G', '1e9', '1.G', '١G', '1G ', '99999999T'])('%j is refused', (text) => {
    expect(readSize(text).kind).toBe('wrong');
  });

  it('is read back from its own rendering', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (bytes) => {
        expect(readSize(formatSize(bytes))).toEqual(value(bytes));
      }),
    );
  });
});

describe('the room for a snapshot', () => {
  it.each([
    ['20%', { kind: 'percent-of-origin', percent: 20 }],
    ['12.5 %', { kind: 'percent-of-origin', percent: 12.5 }],
    ['20G', { kind: 'bytes', bytes: 20 * 2 ** 30 }],
  ])('%s is understood', (text, size) => {
    expect(readSnapshotSize(text)).toEqual(value(size));
  });

  it.each(['0%', '201%', '20', '1023K', '-5%', '20 percent'])('%s is refused', (text) => {
    expect(readSnapshotSize(text).kind).toBe('wrong');
  });

  it('is read back from its own rendering', () => {
    const sizes = fc.oneof(
      fc.record({
        kind: fc.constant('bytes' as const),
        bytes: fc.maxSafeNat().map((n) => Math.max(n, 2 ** 20)),
      }),
      fc.record({
        kind: fc.constant('percent-of-origin' as const),
        percent: fc.integer({ min: 1, max: 20_000 }).map((n) => n / 100),
      }),
    );
    fc.assert(
      fc.property(sizes, (size) => {
        expect(readSnapshotSize(formatSnapshotSize(size))).toEqual(value(size));
      }),
    );
  });
});

describe('a share', () => {
  it.each([
    ['0%', 0],
    ['30%', 30],
    ['100%', 100],
    ['0.5 %', 0.5],
  ])('%s is understood', (text, percent) => {
    expect(readPercent(text)).toEqual(value(percent));
    expect(readPercent(formatPercent(percent))).toEqual(value(percent));
  });

  it.each(['30', '0.3', '101%', '%'])('%s is refused', (text) => {
    expect(readPercent(text).kind).toBe('wrong');
  });
});

describe('the time after which a silent copy is given up', () => {
  it.each([
    ['30s', 30_000],
    ['10m', 600_000],
    ['4d', 345_600_000],
  ])('may be %s', (text, value) => {
    expect(readStallTimeout(text)).toEqual({ kind: 'value', value });
  });

  it.each(['0', '29s', '5d', '10', 'never'])('may not be %s: a copy must have an end', (text) => {
    expect(readStallTimeout(text).kind).toBe('wrong');
  });
});

describe('a duration', () => {
  it.each([
    ['0', 0],
    ['250ms', 250],
    ['30s', 30_000],
    ['5m', 300_000],
    ['5min', 300_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
  ])('%s is %d milliseconds', (text, milliseconds) => {
    expect(readDuration(text)).toEqual(value(milliseconds));
  });

  it.each(['30', '30 s', '2 hours', '-1s', '', 's'])('%j is refused', (text) => {
    expect(readDuration(text).kind).toBe('wrong');
  });

  it('longer than a timer can hold is refused', () => {
    expect(readDuration('24d').kind).toBe('value');
    expect(readDuration('24d1s').kind).toBe('wrong');
  });

  it('is read back from its own rendering', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 24 * 86_400_000 }), (milliseconds) => {
        expect(readDuration(String(formatDuration(milliseconds)))).toEqual(value(milliseconds));
      }),
    );
  });
});

describe('a rate', () => {
  it.each([
    ['0', 0],
    ['5000', 5000],
    ['10M', 10_240],
    ['10MiB/s', 10_240],
    ['1K', 1],
    ['1B', 1],
  ])('%s is %d KiB per second', (text, rate) => {
    expect(readBandwidth(text)).toEqual(value(rate));
  });

  it.each(['10MB', 'fast', '10M/min', '-1'])('%s is refused', (text) => {
    expect(readBandwidth(text).kind).toBe('wrong');
  });

  it('is read back from its own rendering', () => {
    fc.assert(
      fc.property(fc.nat(), (rate) => {
        expect(readBandwidth(String(formatBandwidth(rate)))).toEqual(value(rate));
      }),
    );
  });
});

describe('an expression of the JSON schema', () => {
  const readers: readonly [string, RegExp, (text: string) => Reading<unknown>][] = [
    ['sizes', sizePattern, readSize],
    ['snapshot sizes', snapshotSizePattern, readSnapshotSize],
    ['shares', percentPattern, readPercent],
    ['rates', bandwidthPattern, readBandwidth],
    ['durations', durationPattern, readDuration],
  ];
  const pieces = fc.constantFrom(
    '0',
    '1',
    '30',
    '.',
    '5',
    ' ',
    '%',
    'K',
    'M',
    'g',
    'iB',
    'B',
    '/s',
    's',
    'm',
    'min',
    'h',
    'd',
    '-',
  );
  const texts = fc.array(pieces, { maxLength: 6 }).map((parts) => parts.join(''));

  it.each(readers)('matches whatever is accepted of %s', (_, pattern, read) => {
    fc.assert(
      fc.property(texts, (text) => {
        if (read(text).kind === 'value') expect(text).toMatch(pattern);
      }),
      { numRuns: 1_000 },
    );
  });
});
