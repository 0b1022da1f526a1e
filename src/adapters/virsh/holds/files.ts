import { XenBackupError } from '../../../core/errors/index.js';
import { parseOwnedName } from '../../../core/model/index.js';
import type { DirectoryEntry } from '../../../ports/index.js';

/** Each run has a directory here, mode 0700, on a file system that does not survive a boot. */
export const runsDirectory = '/run/xen-backup';

const suffix = '.hold';

/** The file of a timer and its hold. @throws `internal` for a name that is none of ours. */
export function holdFile(name: string): string {
  const owned = parseOwnedName(name);
  if (owned === undefined || owned.partition !== undefined) {
    throw new XenBackupError('internal', {
      message: `not a name of ours: ${JSON.stringify(name)}`,
    });
  }
  return `${runsDirectory}/${owned.runId}/${name}${suffix}`;
}

/** Names of the holds among the entries of a run's directory. */
export function holdsUnder(run: string, entries: readonly DirectoryEntry[]): readonly string[] {
  return entries
    .filter(({ kind, name }) => kind === 'file' && name.endsWith(suffix))
    .map(({ name }) => name.slice(0, -suffix.length))
    .filter((name) => parseOwnedName(name)?.runId === run);
}
