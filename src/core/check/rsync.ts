/**
 * The oldest rsync for each way of copying, on both hosts.
 *
 * - `files`: a negative --modify-window (nanoseconds) is understood by both sides from 3.1.3 on.
 * - `blocks`: its NEWS says of 3.2.0 that it brought --write-devices, and of 3.2.4 that it brought
 *   --copy-devices and --fsync, and that from then on a device longer than its source is written
 *   without an error and --no-whole-file works onto devices.
 */
export const oldestRsync = { files: '3.1.3', blocks: '3.2.4' } as const;

/** What a host's rsync says of itself. */
export interface FoundRsync {
  readonly host: string;
  /** As rsync tells it, such as `3.2.7` or `3.2.4pre1`; absent when there is none. */
  readonly version?: string;
}

/**
 * Those whose rsync is older than what `use` needs. One that does not tell a number is not judged:
 * the dry pass finds out.
 */
export function tooOldRsyncs<Found extends FoundRsync>(
  found: readonly Found[],
  use: keyof typeof oldestRsync,
): readonly (Found & { readonly version: string })[] {
  return found.flatMap((each) => {
    const { version } = each;
    return version !== undefined && isOlder(version, oldestRsync[use])
      ? [{ ...each, version }]
      : [];
  });
}

function isOlder(version: string, than: string): boolean {
  const numbers = numbersOf(version);
  if (numbers.length === 0) return false;
  for (const [index, wanted] of numbersOf(than).entries()) {
    const number = numbers[index] ?? 0;
    if (number !== wanted) return number < wanted;
  }
  // What comes before a release may lack what the release has.
  return /^\d+(?:\.\d+)*pre/.test(version);
}

function numbersOf(version: string): readonly number[] {
  return (/^\d+(?:\.\d+)*/.exec(version)?.[0] ?? '').split('.').filter(Boolean).map(Number);
}
