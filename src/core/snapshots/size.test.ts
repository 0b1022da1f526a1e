import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { snapshotSizeBytes } from './size.js';

const mebibyte = 2 ** 20;
const gibibyte = 2 ** 30;
const extent = 4 * mebibyte;

describe('snapshotSizeBytes', () => {
  it('is never above what LVM can use: 64 GiB for 1500 MiB become 1508 MiB (recorded)', () => {
    const wanted = { kind: 'bytes', bytes: 64 * gibibyte } as const;
    expect(snapshotSizeBytes(wanted, 1500 * mebibyte, extent)).toBe(1508 * mebibyte);
  });

  it.each([
    ['20 % of 10 GiB', { kind: 'percent-of-origin', percent: 20 }, 10 * gibibyte, 2 * gibibyte],
    [
      '20 % of 1500 MiB',
      { kind: 'percent-of-origin', percent: 20 },
      1500 * mebibyte,
      300 * mebibyte,
    ],
    ['0.1 % of 1 GiB', { kind: 'percent-of-origin', percent: 0.1 }, gibibyte, extent],
    ['100 MiB', { kind: 'bytes', bytes: 100 * mebibyte }, gibibyte, 100 * mebibyte],
    ['101 MiB', { kind: 'bytes', bytes: 101 * mebibyte }, gibibyte, 104 * mebibyte],
    ['one byte', { kind: 'bytes', bytes: 1 }, gibibyte, extent],
    ['100 % of 4 MiB', { kind: 'percent-of-origin', percent: 100 }, extent, extent],
    ['200 % of 4 MiB', { kind: 'percent-of-origin', percent: 200 }, extent, 2 * extent],
  ] as const)('rounds %s up to whole extents', (_, wanted, origin, size) => {
    expect(snapshotSizeBytes(wanted, origin, extent)).toBe(size);
  });

  it('asks for three chunks at least, however small the extents', () => {
    expect(snapshotSizeBytes({ kind: 'bytes', bytes: 1 }, gibibyte, 4096)).toBe(3 * 4096);
  });

  it('is whole extents, at least one, enough for what was wanted or for everything', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 14 }),
        fc.integer({ min: 0, max: 500 }),
        fc.constantFrom(mebibyte, extent, 32 * mebibyte),
        (originExtents, percent, extentBytes) => {
          const origin = originExtents * extentBytes;
          const size = snapshotSizeBytes(
            { kind: 'percent-of-origin', percent },
            origin,
            extentBytes,
          );
          expect(size % extentBytes).toBe(0);
          expect(size).toBeGreaterThanOrEqual(extentBytes);
          const asked = (origin * percent) / 100;
          const [tables, slack] = [origin / 256, 2 * 4096];
          expect(size >= asked || size >= origin + tables).toBe(true);
          expect(size).toBeLessThan(origin + tables + slack + extentBytes);
        },
      ),
    );
  });
});
