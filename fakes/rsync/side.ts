import { KernelError } from '../filesystem/errno.js';
import type { FileTree } from '../filesystem/file-tree.js';
import { change } from '../filesystem/files.js';
import type { Inode, timestampFromMs } from '../filesystem/inode.js';
import { childAt, inodeAt, join, type Location, treeAt } from '../filesystem/path-walk.js';
import { compareBytes } from '../filesystem/tree-paths.js';
import type { Machine } from '../world/state.js';

/** A name below the root of a copy, and where it leads: over mount points, as rsync goes. */
export interface SideEntry {
  readonly name: string;
  readonly location: Location;
  readonly inode: Inode;
}

/**
 * One side of a copy, from the directory its process works in. It keeps that directory, whatever
 * is mounted over its path or taken away from it meanwhile.
 */
export class Side {
  readonly machine: Machine;
  readonly root: Location;

  constructor(machine: Machine, root: Location) {
    this.machine = machine;
    this.root = root;
  }

  /** @throws KernelError `EIO` when the device below cannot be read. */
  inode(location: Location): Inode {
    return inodeAt(this.machine, location);
  }

  /** @throws KernelError `EIO`. */
  child(directory: Location, name: string): SideEntry | undefined {
    const path = join(directory.path, name);
    const location = this.#hasMounts(directory)
      ? childAt(this.machine, { directory, name, path })
      : this.#plainChild(directory, name, path);
    return location === undefined ? undefined : { name, location, inode: this.inode(location) };
  }

  /**
   * What is in a directory, in rsync's order: everything else before directories, by bytes.
   *
   * @throws KernelError `EIO`.
   */
  entries(directory: Location): readonly SideEntry[] {
    const names = [...this.inode(directory).entries.keys()];
    const entries = names.flatMap((name) => this.child(directory, name) ?? []);
    return entries.sort(
      (left, right) =>
        Number(left.inode.kind === 'd') - Number(right.inode.kind === 'd') ||
        compareBytes(left.name, right.name),
    );
  }

  /** Changes the tree that a directory lies in. @throws KernelError */
  change(
    directory: Location,
    bytes: number,
    action: (tree: FileTree, at: ReturnType<typeof timestampFromMs>) => void,
  ): void {
    change(this.machine, directory, bytes, action);
  }

  /** False for a tree that was unmounted since, other than the working directory's own. */
  isAttached(location: Location): boolean {
    return (
      location.mount.id === this.root.mount.id ||
      this.machine.mounts.some((mount) => mount.id === location.mount.id)
    );
  }

  /** As rsync names a file in its messages: absolute, from where it was started. */
  fullName(path: string): string {
    return path === '' ? `${this.root.path}/.` : join(this.root.path, path);
  }

  #hasMounts(directory: Location): boolean {
    return this.machine.mounts.some((mount) => mount.parentId === directory.mount.id);
  }

  #plainChild(directory: Location, name: string, path: string): Location | undefined {
    const inode = treeAt(this.machine, directory).lookup(directory.inode, name);
    return inode === undefined ? undefined : { mount: directory.mount, inode: inode.number, path };
  }
}

/** The kernel's error, or undefined for anything else thrown. */
export function kernelError(error: unknown): KernelError {
  if (error instanceof KernelError) return error;
  throw error;
}
