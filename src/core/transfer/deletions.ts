/** What a dry pass counted on one file system. */
export interface DryPassCounts {
  /** Entries of the source, its root directory included. */
  readonly sourceEntries: number;
  /** Entries the target does not have yet. */
  readonly createdEntries: number;
  /** Entries the target has and the source does not. */
  readonly deletedEntries: number;
}

export interface DeletionLimits {
  /** Share of the target's entries, in percent. */
  readonly sharePercent: number;
  readonly count: number;
}

/** What `--allow-deletes` puts in the place of a guest's limits. It never allows emptying. */
export const liftedDeletionLimits: DeletionLimits = {
  sharePercent: 100,
  count: Number.MAX_SAFE_INTEGER,
};

export type DeletionVerdict =
  | { readonly kind: 'allowed'; readonly maxDeletes: number }
  | { readonly kind: 'refused'; readonly reason: string; readonly remedy: string };

/** File systems that bear a directory of their own from the day they are made: `lost+found`. */
const typesWithLostAndFound = new Set(['ext2', 'ext3', 'ext4']);

/**
 * On a file system of a dozen entries a share says little: /boot loses a third of its files with an
 * old kernel (seen on a real pair: 7 of 18). So few are fine as long as no more go than stay, unless
 * the share is 0, which means: never.
 */
const handfulEntries = 16;

/**
 * May a pass delete what the dry pass counted? Emptying a file system never, whatever the limits
 * say: a source that shows nothing but its root directory (and `lost+found`, where every file system
 * of the type has one) is a broken source, however it came about.
 *
 * @param fileSystemType - of the source, as blkid names it.
 */
export function judgeDeletions(
  counts: DryPassCounts,
  limits: DeletionLimits,
  fileSystemType: string,
): DeletionVerdict {
  const { sourceEntries, createdEntries, deletedEntries } = counts;
  if (![sourceEntries, createdEntries, deletedEntries].every(isCount)) {
    return refused('what would be deleted could not be counted', remedies.uncounted);
  }
  if (deletedEntries === 0) return { kind: 'allowed', maxDeletes: 0 };
  const emptyEntries = typesWithLostAndFound.has(fileSystemType) ? 2 : 1;
  if (sourceEntries <= emptyEntries) {
    return refused(
      `the source shows an empty file system: ${String(deletedEntries)} entries would be deleted, all there are`,
      remedies.emptying,
    );
  }
  const targetEntries = Math.max(0, sourceEntries - createdEntries) + deletedEntries;
  const sharePercent = (100 * deletedEntries) / targetEntries;
  const isHandful =
    deletedEntries <= handfulEntries && sharePercent <= 50 && limits.sharePercent > 0;
  if (sharePercent > limits.sharePercent && !isHandful) {
    return refused(
      `${String(deletedEntries)} of ${String(targetEntries)} entries would be deleted ` +
        `(${sharePercent.toFixed(1)} %, allowed are ${String(limits.sharePercent)} %)`,
      remedies.limit,
    );
  }
  if (deletedEntries > limits.count) {
    return refused(
      `${String(deletedEntries)} of ${String(targetEntries)} entries would be deleted, ` +
        `allowed are ${String(limits.count)}`,
      remedies.limit,
    );
  }
  return { kind: 'allowed', maxDeletes: deletedEntries };
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

const remedies = {
  uncounted: 'Nothing was guessed and nothing deleted. Please report it with the output under -v.',
  emptying:
    'This target was left as it is, and nothing lifts this: a source that shows nothing is taken ' +
    'for broken. Look at it in the guest; if it is meant to be empty, empty the standby by hand.',
  limit:
    'This target was left as it is. Look at the source; if the deletions are right, run once ' +
    'with --allow-deletes, or raise maxDeletes.',
} as const;

function refused(reason: string, remedy: string): DeletionVerdict {
  return { kind: 'refused', reason, remedy };
}
