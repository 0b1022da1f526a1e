import type { Location } from '../filesystem/path-walk.js';
import { systemError } from './complaints.js';
import type { Deleter } from './deleter.js';
import type { ListEntry } from './file-list.js';
import { kernelError, type SideEntry } from './side.js';
import { newAttributes, placeIn, type UpdateContext } from './update-context.js';

/** The generator's system calls: makes entries that have no content. */
export class EntryMaker {
  readonly #context: UpdateContext;
  readonly #deleter: Deleter;

  constructor(context: UpdateContext, deleter: Deleter) {
    this.#context = context;
    this.#deleter = deleter;
  }

  /** @returns the new directory, `undefined` when it could not be made. */
  directory(path: string, parent: Location, existing: SideEntry | undefined): Location | undefined {
    const { target } = this.#context;
    const what = `recv_generator: mkdir "${target.fullName(path)}" failed`;
    const made = this.#attempt(what, () => {
      target.change(parent, 4096, (tree, at) => {
        const place = placeIn(parent, path);
        if (existing !== undefined) tree.unlink(place, at);
        tree.make({ ...place, kind: 'd', mode: 0o700 }, at);
      });
    });
    if (made === 'made') return target.child(parent, placeIn(parent, path).name)?.location;
    this.#context.errors.push('*** Skipping any contents from this failed directory ***\n');
    return undefined;
  }

  /** A symbolic link, device, pipe or socket. */
  special({ inode, path }: ListEntry, parent: Location, existing: SideEntry | undefined): void {
    const { target } = this.#context;
    const name = `"${target.fullName(path)}"`;
    const what = inode.kind === 'l' ? `symlink ${name} -> "${inode.target}"` : `mknod ${name}`;
    this.#attempt(`${what} failed`, () => {
      target.change(parent, 4096, (tree, at) => {
        const place = placeIn(parent, path);
        if (existing !== undefined && existing.inode.kind !== 'd') tree.unlink(place, at);
        const { kind, device } = inode;
        const made = tree.make({ ...place, kind, target: inode.target, device }, at);
        tree.setAttributes(made.number, newAttributes(this.#context, inode));
      });
    });
  }

  /** Another name for an inode of the target. */
  hardLink(
    path: string,
    leader: { readonly path: string; readonly inode: number },
    parent: Location,
    existing: SideEntry | undefined,
  ): void {
    this.#attempt(`link "${path}" => "${leader.path}" failed`, () => {
      this.#context.target.change(parent, 0, (tree, at) => {
        const place = placeIn(parent, path);
        if (existing !== undefined && existing.inode.kind !== 'd') tree.unlink(place, at);
        tree.link(leader.inode, place, at);
      });
    });
  }

  /**
   * Clears the way for an entry of another kind: a directory goes with all it holds, when deleting
   * is allowed. What is in it counts as deleted, it itself does not.
   *
   * @returns whether the way is free.
   */
  makeRoom(path: string, parent: Location, existing: SideEntry): 'free' | 'blocked' {
    if (existing.inode.kind !== 'd') return 'free';
    const { options, errors } = this.#context;
    const isEmpty =
      existing.inode.entries.size === 0 ||
      (options.deletion !== 'none' && this.#deleter.empty(existing.location, path));
    if (isEmpty && this.#deleter.unlink(parent, existing, path)) return 'free';
    errors.push(`could not make way for new regular file: ${path}\n`);
    return 'blocked';
  }

  /** As {@link makeRoom}, and also takes away what would only be replaced. */
  takeAway(path: string, parent: Location, existing: SideEntry): 'free' | 'blocked' {
    if (existing.inode.kind === 'd') return this.makeRoom(path, parent, existing);
    return this.#deleter.unlink(parent, existing, path) ? 'free' : 'blocked';
  }

  #attempt(what: string, action: () => void): 'made' | 'failed' {
    try {
      action();
      return 'made';
    } catch (error) {
      this.#context.errors.push(systemError('generator', what, kernelError(error)));
      return 'failed';
    }
  }
}
