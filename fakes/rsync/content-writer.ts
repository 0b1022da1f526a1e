import { allocationOf } from '../filesystem/inode.js';
import { join, type Location } from '../filesystem/path-walk.js';
import { lastWords, places, systemError } from './complaints.js';
import type { ListEntry } from './file-list.js';
import { kernelError, type SideEntry } from './side.js';
import {
  FatalCopyError,
  nameOf,
  newAttributes,
  placeIn,
  type UpdateContext,
} from './update-context.js';

/** A file whose content comes over: where it goes, and what is there. */
export interface Transfer {
  readonly entry: ListEntry;
  readonly parent: Location;
  readonly existing: SideEntry | undefined;
}

/** The receiver: writes content beside the old file and renames it over. */
export class ContentWriter {
  readonly #context: UpdateContext;

  constructor(context: UpdateContext) {
    this.#context = context;
  }

  /**
   * Writes the temporary file.
   *
   * @returns its name, `undefined` when it could not be made.
   * @throws FatalCopyError 11 when the disk is full or broken.
   */
  begin({ entry, parent }: Transfer): string | undefined {
    const { target, options, errors } = this.#context;
    const name = `.${nameOf(entry.path)}.${suffixFor(entry.path)}`;
    const { content } = entry.inode;
    const full = allocationOf(content.sizeBytes);
    const allocatedBytes = options.sparse ? Math.min(full, entry.inode.allocatedBytes) : full;
    try {
      target.change(parent, allocatedBytes, (tree, at) => {
        const request = { directory: parent.inode, name, content, allocatedBytes, mode: 0o600 };
        tree.make({ ...request, kind: 'f' }, at);
      });
      return name;
    } catch (error) {
      const failure = kernelError(error);
      if (failure.errno === 'ENOSPC' || failure.errno === 'EIO') {
        const what = `write failed on "${target.fullName(entry.path)}"`;
        const end = lastWords(11, places.receive, 'receiver');
        throw new FatalCopyError(11, `${systemError('receiver', what, failure)}${end}`);
      }
      const what = `mkstemp "${join(parent.path, name)}" failed`;
      errors.push(systemError('receiver', what, failure));
      return undefined;
    }
  }

  /** Gives the temporary file its attributes and its name. */
  finish(transfer: Transfer, temporary: string): void {
    const { target, errors } = this.#context;
    const { entry, parent, existing } = transfer;
    const attributes = newAttributes(this.#context, entry.inode, existing?.inode);
    try {
      target.change(parent, 0, (tree, at) => {
        const made = tree.lookup(parent.inode, temporary);
        if (made !== undefined) tree.setAttributes(made.number, attributes);
        tree.rename(placeIn(parent, temporary), placeIn(parent, entry.path), at);
      });
    } catch (error) {
      const what = `rename "${join(parent.path, temporary)}" -> "${entry.path}"`;
      errors.push(systemError('receiver', what, kernelError(error)));
      this.discard(transfer, temporary);
    }
  }

  /** Removes the temporary file, as rsync does when it is told to end. */
  discard({ parent }: Transfer, temporary: string): void {
    try {
      this.#context.target.change(parent, 0, (tree, at) => {
        tree.unlink(placeIn(parent, temporary), at);
      });
    } catch (error) {
      // On its way out rsync does not report what it cannot clean up.
      kernelError(error);
    }
  }
}

/** Six characters, as mkstemp adds; the same for the same path. */
function suffixFor(path: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  let hash = 7;
  for (const character of path) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return Array.from({ length: 6 }, (_, index) =>
    letters.charAt((hash >>> (index * 4)) % letters.length),
  ).join('');
}
