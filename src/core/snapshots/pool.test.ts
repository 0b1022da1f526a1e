import { describe, expect, it } from 'vitest';
import { poolObstacle } from './pool.js';

const open = (data: number, metadata: number) =>
  ({
    kind: 'open',
    data: { usedBlocks: data, totalBlocks: 1000 },
    metadata: { usedBlocks: metadata, totalBlocks: 1000 },
  }) as const;

describe('a thin pool', () => {
  it('has room up to the limit, in its data and in its metadata', () => {
    expect(poolObstacle(open(900, 900), 90)).toBeUndefined();
    expect(poolObstacle(open(0, 0), 1)).toBeUndefined();
  });

  it('is too full above it, and says which of the two is', () => {
    expect(poolObstacle(open(901, 20), 90)).toBe(
      'has 90.1 % of its data in use, more than the 90 % of thinPoolLimit',
    );
    expect(poolObstacle(open(20, 950), 90)).toContain('95.0 % of its metadata');
  });

  it('that takes no more writes has none, and neither has one without blocks', () => {
    expect(poolObstacle({ kind: 'closed', status: 'out_of_data_space' }, 99)).toBe(
      'takes no more writes (out_of_data_space)',
    );
    const nothing = { usedBlocks: 0, totalBlocks: 0 };
    expect(poolObstacle({ kind: 'open', data: nothing, metadata: nothing }, 99)).toContain('100.0');
  });
});
