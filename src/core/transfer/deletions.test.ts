import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeletionLimits, judgeDeletions, liftedDeletionLimits } from './deletions.js';

const limits: DeletionLimits = { sharePercent: 30, count: 100_000 };
const noLimits = liftedDeletionLimits;

function judge(source: number, created: number, deleted: number, limit = limits, type = 'ext4') {
  const counts = { sourceEntries: source, createdEntries: created, deletedEntries: deleted };
  return judgeDeletions(counts, limit, type);
}

describe('emptying a file system is refused always', () => {
  it.each([
    ['an ext source that shows only its root directory', 'ext4', 1, 0],
    ['an ext source that shows root and lost+found, as the target does', 'ext4', 2, 0],
    ['an ext source whose lost+found the target does not have', 'ext3', 2, 1],
    ['an ext2 source with a single entry: it may be lost+found', 'ext2', 2, 0],
    ['an xfs source that shows only its root directory', 'xfs', 1, 0],
    ['a btrfs source that shows only its root directory', 'btrfs', 1, 0],
    ['a vfat source that shows only its root directory', 'vfat', 1, 0],
    ['a source that shows not even that', 'xfs', 0, 0],
  ])('%s', (_, type, source, created) => {
    for (const deleted of [1, 2, 200_000]) {
      expect(judge(source, created, deleted, noLimits, type)).toEqual({
        kind: 'refused',
        reason: expect.stringContaining('the source shows an empty file system'),
        remedy: expect.stringContaining('nothing lifts this'),
      });
    }
  });

  it('by no limit an operator can set', () => {
    const anyLimit = fc.record({ sharePercent: fc.double({ min: 0, max: 1000 }), count: fc.nat() });
    fc.assert(
      fc.property(
        anyLimit,
        fc.integer({ min: 1 }),
        fc.constantFrom(1, 2),
        (limit, deleted, source) => {
          expect(judge(source, 0, deleted, limit).kind).toBe('refused');
        },
      ),
    );
  });

  it('an empty source over an empty target is no loss', () => {
    expect(judge(1, 0, 0)).toEqual({ kind: 'allowed', maxDeletes: 0 });
    expect(judge(2, 0, 0)).toEqual({ kind: 'allowed', maxDeletes: 0 });
  });

  it('one file that stays on a file system without lost+found is not emptiness', () => {
    expect(judge(2, 0, 1, noLimits, 'xfs')).toEqual({ kind: 'allowed', maxDeletes: 1 });
    expect(judge(3, 0, 1, noLimits, 'ext4')).toEqual({ kind: 'allowed', maxDeletes: 1 });
  });
});

describe('the share of deletions', () => {
  it('may be exactly the limit, of the entries of the target', () => {
    // The target has 70 of the source's entries and 30 others.
    expect(judge(70, 0, 30)).toEqual({ kind: 'allowed', maxDeletes: 30 });
    // Those that are new on the target do not count: it has 60 + 30.
    expect(judge(70, 10, 30)).toMatchObject({
      kind: 'refused',
      reason: '30 of 90 entries would be deleted (33.3 %, allowed are 30 %)',
    });
  });

  it.each([
    [
      'a third of eighteen',
      { sourceEntries: 12, createdEntries: 1, deletedEntries: 7 },
      30,
      'allowed',
    ],
    ['more than stay', { sourceEntries: 9, createdEntries: 1, deletedEntries: 9 }, 30, 'refused'],
    ['seventeen', { sourceEntries: 30, createdEntries: 0, deletedEntries: 17 }, 30, 'refused'],
    [
      'one, where none may go',
      { sourceEntries: 30, createdEntries: 0, deletedEntries: 1 },
      0,
      'refused',
    ],
  ])('takes a handful for no sign of trouble: %s', (_what, counts, sharePercent, kind) => {
    expect(judgeDeletions(counts, { sharePercent, count: 100 }, 'ext4').kind).toBe(kind);
  });

  it('is refused from the next entry on', () => {
    expect(judge(69, 0, 30).kind).toBe('refused');
    expect(judge(71, 0, 30).kind).toBe('allowed');
  });

  it('is 100 % where nothing of the target stays', () => {
    expect(judge(500, 500, 1)).toMatchObject({ reason: expect.stringContaining('100.0 %') });
    expect(judge(500, 500, 1, noLimits)).toEqual({ kind: 'allowed', maxDeletes: 1 });
  });

  it('of 0 % refuses the first deletion', () => {
    expect(judge(1000, 0, 1, { ...limits, sharePercent: 0 }).kind).toBe('refused');
  });
});

describe('the number of deletions', () => {
  it('may be exactly the limit', () => {
    expect(judge(10_000_000, 0, 100_000)).toEqual({ kind: 'allowed', maxDeletes: 100_000 });
    expect(judge(10_000_000, 0, 100_001)).toEqual({
      kind: 'refused',
      reason: '100001 of 10100001 entries would be deleted, allowed are 100000',
      remedy: expect.stringContaining('--allow-deletes'),
    });
  });

  it('that is allowed is exactly the number that was counted', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(), (source, created, deleted) => {
        const verdict = judge(source, created, deleted);
        if (verdict.kind === 'allowed') expect(verdict.maxDeletes).toBe(deleted);
      }),
    );
  });
});

describe('counts that are none', () => {
  it.each([
    [Number.NaN, 0, 0],
    [10, Number.NaN, 0],
    [10, 0, Number.NaN],
    [10, 0, -1],
    [10.5, 0, 0],
    [Number.POSITIVE_INFINITY, 0, 1],
  ])('%d, %d, %d allow nothing', (source, created, deleted) => {
    expect(judge(source, created, deleted, noLimits)).toMatchObject({
      kind: 'refused',
      reason: 'what would be deleted could not be counted',
    });
  });
});
