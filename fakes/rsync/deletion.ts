import type { Location } from '../filesystem/path-walk.js';
import { systemError } from './complaints.js';
import type { Deleter } from './deleter.js';
import type { FileList } from './file-list.js';
import { kernelError } from './side.js';
import { nameOf, parentOf, type UpdateContext } from './update-context.js';

/**
 * Removes from the target what the sender's list does not have, in rsync's order: directory by
 * directory, in each of them from the end.
 */
export function deleteExtraneous(list: FileList, context: UpdateContext, deleter: Deleter): void {
  const directories = directoriesOnTarget(context, list);
  const wanted = new Set(list.entries.map(({ path }) => path));
  for (const { path, inode } of list.entries) {
    const location = inode.kind === 'd' ? directories.get(path) : undefined;
    if (location === undefined) continue;
    for (const entry of deleter.entriesFromEnd(location, path)) {
      const childPath = path === '' ? entry.name : `${path}/${entry.name}`;
      if (!wanted.has(childPath)) deleter.remove(location, entry, childPath);
    }
  }
}

/** Where the directories of the list are on the target, as far as they exist there. */
function directoriesOnTarget(
  { target, errors }: UpdateContext,
  list: FileList,
): ReadonlyMap<string, Location> {
  const found = new Map<string, Location>([['', target.root]]);
  for (const { path, inode } of list.entries) {
    const parent = inode.kind === 'd' && path !== '' ? found.get(parentOf(path)) : undefined;
    if (parent === undefined) continue;
    try {
      const child = target.child(parent, nameOf(path));
      if (child?.inode.kind === 'd') found.set(path, child.location);
    } catch (error) {
      const what = `opendir "${target.fullName(path)}" failed`;
      errors.push(systemError('generator', what, kernelError(error)));
    }
  }
  return found;
}
