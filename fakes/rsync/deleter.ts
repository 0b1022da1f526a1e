import { KernelError } from '../filesystem/errno.js';
import type { Location } from '../filesystem/path-walk.js';
import { systemError } from './complaints.js';
import type { CopyTally } from './counts.js';
import type { ExcludeFilter } from './filter.js';
import type { RsyncOptions } from './options.js';
import { kernelError, type Side, type SideEntry } from './side.js';

export interface DeleterInit {
  readonly target: Side;
  readonly options: RsyncOptions;
  readonly excluded: ExcludeFilter;
  readonly tally: CopyTally;
  readonly errors: string[];
}

/**
 * Deletes on the target by rsync's rules: what is excluded stays and keeps the directories above
 * it; after `--max-delete` nothing more goes.
 */
export class Deleter {
  /** Goes to stdout: what could not be emptied. */
  readonly notes: string[] = [];
  readonly #init: DeleterInit;

  constructor(init: DeleterInit) {
    this.#init = init;
  }

  /** @returns whether it is gone. */
  remove(parent: Location, entry: SideEntry, path: string): boolean {
    const { inode, location } = entry;
    const { excluded, tally, options } = this.#init;
    const isDirectory = inode.kind === 'd';
    if (excluded(path, isDirectory ? 'directory' : 'other')) return false;
    if (isDirectory && !this.empty(location, path)) return false;
    if (options.maxDeletes !== undefined && tally.deleted.total >= options.maxDeletes) {
      tally.skippedDeletions += 1;
      return false;
    }
    if (!this.unlink(parent, entry, path)) return false;
    tally.deleted.add(inode.kind);
    return true;
  }

  /** Deletes what is in a directory. @returns whether it is empty now. */
  empty(directory: Location, path: string): boolean {
    const results = this.entriesFromEnd(directory, path).map((entry) =>
      this.remove(directory, entry, `${path}/${entry.name}`),
    );
    if (results.every(Boolean)) return true;
    this.notes.push(`cannot delete non-empty directory: ${path}\n`);
    return false;
  }

  /** Takes one name away, an empty directory's too; in a dry run it only says that it could. */
  unlink(parent: Location, { inode, location, name }: SideEntry, path: string): boolean {
    const { options, target, errors } = this.#init;
    if (options.dryRun) return true;
    const isDirectory = inode.kind === 'd';
    try {
      if (isDirectory && location.mount.id !== parent.mount.id) {
        throw new KernelError('EBUSY', path);
      }
      target.change(parent, 0, (tree, at) => {
        const place = { directory: parent.inode, name };
        if (isDirectory) tree.removeDirectory(place, at);
        else tree.unlink(place, at);
      });
      return true;
    } catch (error) {
      const what = `delete_file: ${isDirectory ? 'rmdir' : 'unlink'}(${path}) failed`;
      errors.push(systemError('generator', what, kernelError(error)));
      return false;
    }
  }

  /** As rsync goes through a directory when it deletes: from the end. */
  entriesFromEnd(location: Location, path: string): readonly SideEntry[] {
    const { target, errors } = this.#init;
    try {
      return target.entries(location).toReversed();
    } catch (error) {
      const what = `opendir "${target.fullName(path)}" failed`;
      errors.push(systemError('generator', what, kernelError(error)));
      return [];
    }
  }
}
