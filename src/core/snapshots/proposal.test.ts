import { describe, expect, it } from 'vitest';
import { proposeSnapshotSize, saySnapshotSize, type SnapshotNeed } from './proposal.js';

const gibibyte = 1024 ** 3;
const need: SnapshotNeed = {
  originBytes: 10 * gibibyte,
  initialBytes: 2 * gibibyte,
  sizeBytes: 2 * gibibyte,
  peakUsedBytes: gibibyte,
};
const used = (share: number): SnapshotNeed => ({
  ...need,
  peakUsedBytes: share * need.initialBytes,
});
const percent = { kind: 'percent-of-origin', percent: 20 } as const;
const bytes = { kind: 'bytes', bytes: 2 * gibibyte } as const;

const say = (...[configured, needs, end]: Parameters<typeof proposeSnapshotSize>) => {
  const proposed = proposeSnapshotSize(configured, needs, end);
  return proposed === undefined ? 'as it is' : saySnapshotSize(proposed);
};

describe('the size proposed for the next run', () => {
  it('is none where a third was left', () => {
    expect(say(percent, [used(0.6)], 'completed')).toBe('as it is');
    expect(say(bytes, [used(0.6)], 'completed')).toBe('as it is');
  });

  it('leaves a third of what turned out to be needed, in the unit that is configured', () => {
    expect(say(percent, [used(0.9)], 'completed')).toBe('30%');
    expect(say(bytes, [used(0.9)], 'completed')).toBe('2816M');
  });

  it('knows that the snapshot has grown', () => {
    const grown = { ...used(1.5), sizeBytes: 4 * gibibyte };
    expect(say(bytes, [grown], 'completed')).toBe('4608M');
  });

  it('is for a copy that was cut off three times what it had filled', () => {
    expect(say(percent, [used(0.95)], 'cut-off')).toBe('60%');
    expect(say(bytes, [used(0.95)], 'cut-off')).toBe('5888M');
    expect(say(percent, [used(0.3)], 'cut-off')).toBe('as it is');
  });

  it('is enough for the neediest of several disks', () => {
    expect(say(percent, [used(0.1), used(1)], 'completed')).toBe('30%');
  });

  it('is a full copy with its tables where all of the origin changes', () => {
    const all = { ...need, sizeBytes: 10 * gibibyte, peakUsedBytes: 9 * gibibyte };
    expect(say(percent, [all], 'completed')).toBe('101%');
  });
});
