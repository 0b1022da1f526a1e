import { describe, expect, it } from 'vitest';
import { type Growth, grownSizeBytes } from './growth.js';

const extent = 4;
const growth: Growth = {
  sizeBytes: 100,
  usedBytes: 70,
  bytesPerSecond: 0,
  stepBytes: 100,
  maxBytes: 1000,
  freeBytes: 1000,
  extentBytes: extent,
};

describe('the next size of a snapshot', () => {
  it('is larger by what it was made with', () => {
    expect(grownSizeBytes(growth)).toBe(200);
  });

  it('lasts for ten minutes at the speed that was seen, in whole extents', () => {
    expect(grownSizeBytes({ ...growth, bytesPerSecond: 0.55 })).toBe(400);
  });

  it('is what is there when the group has less, and what is allowed when that is less', () => {
    expect(grownSizeBytes({ ...growth, freeBytes: 35 })).toBe(132);
    expect(grownSizeBytes({ ...growth, maxBytes: 120 })).toBe(120);
  });

  it('is none when the group has not one extent, or when it is as large as it may be', () => {
    expect(grownSizeBytes({ ...growth, freeBytes: 3 })).toBeUndefined();
    expect(grownSizeBytes({ ...growth, maxBytes: 100 })).toBeUndefined();
    expect(grownSizeBytes({ ...growth, maxBytes: 60 })).toBeUndefined();
  });
});
