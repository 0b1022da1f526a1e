import { KernelError } from '../filesystem/errno.js';
import type { Location } from '../filesystem/path-walk.js';
import { systemError } from './complaints.js';
import type { CopyTally } from './counts.js';
import type { FileList } from './file-list.js';
import type { ExcludeFilter } from './filter.js';
import type { RsyncOptions } from './options.js';
import { kernelError, type Side, type SideEntry } from './side.js';
import { nameOf, parentOf, type UpdateContext } from './update-context.js';

/** What a round of deleting said. */
export interface DeletionResult {
  readonly stdout: string;
  readonly stderr: string;
}

interface Round {
  readonly target: Side;
  readonly options: RsyncOptions;
  readonly excluded: ExcludeFilter;
  readonly tally: CopyTally;
  stdout: string;
  stderr: string;
}

/**
 * Removes from the target what the sender's list does not have, in rsync's order: in each
 * directory from the end, directories with all they contain first. What is excluded stays, and
 * keeps the directories above it.
 */
export function deleteExtraneous(
  list: FileList,
  context: UpdateContext,
  excluded: ExcludeFilter,
): DeletionResult {
  const { target, options, tally } = context;
  const round: Round = { target, options, tally, excluded, stdout: '', stderr: '' };
  const directories = directoriesOnTarget(round, list);
  const wanted = new Set(list.entries.map(({ path }) => path));
  for (const { path, inode } of list.entries) {
    const location = inode.kind === 'd' ? directories.get(path) : undefined;
    if (location === undefined) continue;
    for (const entry of reversed(round, location, path)) {
      const childPath = path === '' ? entry.name : `${path}/${entry.name}`;
      if (!wanted.has(childPath)) remove(round, location, entry, childPath);
    }
  }
  return round;
}

/** Where the directories of the list are on the target, as far as they exist there. */
function directoriesOnTarget(round: Round, list: FileList): ReadonlyMap<string, Location> {
  const { target } = round;
  const found = new Map<string, Location>([['', target.root]]);
  for (const { path, inode } of list.entries) {
    const parent = inode.kind === 'd' && path !== '' ? found.get(parentOf(path)) : undefined;
    if (parent === undefined) continue;
    try {
      const child = target.child(parent, nameOf(path));
      if (child?.inode.kind === 'd') found.set(path, child.location);
    } catch (error) {
      const what = `opendir "${target.fullName(path)}" failed`;
      round.stderr += systemError('generator', what, kernelError(error));
    }
  }
  return found;
}

function reversed(round: Round, location: Location, path: string): readonly SideEntry[] {
  try {
    return round.target.entries(location).toReversed();
  } catch (error) {
    const what = `opendir "${round.target.fullName(path)}" failed`;
    round.stderr += systemError('generator', what, kernelError(error));
    return [];
  }
}

/** @returns whether it is gone. */
function remove(round: Round, parent: Location, entry: SideEntry, path: string): boolean {
  const { inode, location } = entry;
  const isDirectory = inode.kind === 'd';
  if (round.excluded(path, isDirectory ? 'directory' : 'other')) return false;
  if (isDirectory && !emptied(round, location, path)) {
    round.stdout += `cannot delete non-empty directory: ${path}\n`;
    return false;
  }
  const { tally, options, target } = round;
  if (options.maxDeletes !== undefined && tally.deleted.total >= options.maxDeletes) {
    tally.skippedDeletions += 1;
    return false;
  }
  if (!options.dryRun) {
    try {
      if (isDirectory && location.mount.id !== parent.mount.id)
        throw new KernelError('EBUSY', path);
      target.change(parent, 0, (tree, at) => {
        const place = { directory: parent.inode, name: entry.name };
        if (isDirectory) tree.removeDirectory(place, at);
        else tree.unlink(place, at);
      });
    } catch (error) {
      const call = isDirectory ? 'rmdir' : 'unlink';
      const what = `delete_file: ${call}(${path}) failed`;
      round.stderr += systemError('generator', what, kernelError(error));
      return false;
    }
  }
  tally.deleted.add(inode.kind);
  return true;
}

function emptied(round: Round, directory: Location, path: string): boolean {
  const results = reversed(round, directory, path).map((entry) =>
    remove(round, directory, entry, `${path}/${entry.name}`),
  );
  return results.every(Boolean);
}
