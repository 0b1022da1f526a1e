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

export type DeletionVerdict =
  | { readonly kind: 'allowed'; readonly maxDeletes: number }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * May a pass delete what the dry pass counted? Emptying a file system never: a source that shows
 * nothing is a broken source, however it came about.
 */
export function judgeDeletions(counts: DryPassCounts, limits: DeletionLimits): DeletionVerdict {
  const { sourceEntries, createdEntries, deletedEntries } = counts;
  const targetEntries = Math.max(0, sourceEntries - createdEntries) + deletedEntries;
  if (deletedEntries === 0) return { kind: 'allowed', maxDeletes: 0 };
  // The root directory itself is one of the source's entries; lost+found another, on ext.
  const keptEntries = sourceEntries - createdEntries;
  if (sourceEntries <= 1 || (keptEntries <= 2 && sourceEntries <= 2)) {
    return {
      kind: 'refused',
      reason: `the source shows nothing: ${String(deletedEntries)} entries would be deleted, all there are`,
    };
  }
  const share = (100 * deletedEntries) / targetEntries;
  if (share > limits.sharePercent) {
    return {
      kind: 'refused',
      reason: `${String(deletedEntries)} of ${String(targetEntries)} entries would be deleted (${share.toFixed(1)} %, allowed are ${String(limits.sharePercent)} %)`,
    };
  }
  if (deletedEntries > limits.count) {
    return {
      kind: 'refused',
      reason: `${String(deletedEntries)} entries would be deleted, allowed are ${String(limits.count)}`,
    };
  }
  return { kind: 'allowed', maxDeletes: deletedEntries };
}
