import type { Machine } from '../world/state.js';
import { FileContent } from './content.js';
import { KernelError } from './errno.js';
import type { FileTree } from './file-tree.js';
import { blockBytes, type Inode, type InodeKind, type NewInode, timestampFromMs } from './inode.js';
import { isReadOnly } from './mount-table.js';
import { accountWrite, fileSystemOf } from './mounted-tree.js';
import {
  childAt,
  inodeAt,
  type Location,
  locate,
  locateParent,
  type NamedPlace,
  treeAt,
} from './path-walk.js';

/**
 * System calls of a simulated machine on its name space, as root makes them.
 *
 * @throws KernelError from every function, as the system call fails.
 */
export function readBytes(machine: Machine, path: string, maxBytes?: number): Buffer {
  return regularFile(machine, locate(machine, path)).content.bytes(maxBytes);
}

export function readText(machine: Machine, path: string): string {
  return regularFile(machine, locate(machine, path)).content.text();
}

/** Text of a file, `undefined` when there is none. */
export function readTextIfAny(machine: Machine, path: string): string | undefined {
  return exists(machine, path) ? readText(machine, path) : undefined;
}

export function exists(machine: Machine, path: string): boolean {
  try {
    locate(machine, path);
    return true;
  } catch (error) {
    if (error instanceof KernelError && error.errno !== 'EIO') return false;
    throw error;
  }
}

/** Names in a directory with the kind of what they lead to, in the order of their making. */
export function listDirectory(
  machine: Machine,
  path: string,
): readonly { readonly name: string; readonly kind: InodeKind }[] {
  const location = locate(machine, path);
  const tree = treeAt(machine, location);
  const inode = tree.inode(location.inode);
  if (inode.kind !== 'd') throw new KernelError('ENOTDIR', path);
  return [...inode.entries].map(([name, number]) => ({ name, kind: tree.inode(number).kind }));
}

/** Replaces or makes a regular file. Attributes are for a file that is new. */
export function writeFile(
  machine: Machine,
  path: string,
  content: FileContent,
  attributes: NewInode = {},
): void {
  const place = locateParent(machine, path);
  const existing = childAt(machine, place);
  if (existing !== undefined) {
    const target = locate(machine, path);
    change(machine, target, content.sizeBytes, (tree, at) => {
      tree.write(target.inode, content, at);
    });
    return;
  }
  change(machine, place.directory, content.sizeBytes, (tree, at) => {
    tree.make({ ...attributes, ...inDirectory(place), kind: 'f', content }, at);
  });
}

/** Adds to the end of a file, made with mode 0644 when it is new. */
export function appendFile(machine: Machine, path: string, text: string, mode = 0o644): void {
  const before = exists(machine, path) ? readBytes(machine, path) : Buffer.alloc(0);
  const bytes = Buffer.concat([before, Buffer.from(text, 'utf8')]);
  writeFile(machine, path, FileContent.fromBytes(bytes), { mode });
}

export function makeDirectory(machine: Machine, path: string, mode: number): void {
  const place = locateParent(machine, path);
  change(machine, place.directory, blockBytes, (tree, at) => {
    tree.make({ ...inDirectory(place), kind: 'd', mode }, at);
  });
}

export function makeSymlink(machine: Machine, path: string, target: string): void {
  const place = locateParent(machine, path);
  change(machine, place.directory, blockBytes, (tree, at) => {
    tree.make({ ...inDirectory(place), kind: 'l', target }, at);
  });
}

/** unlink(2): a file that something is mounted on is busy. */
export function removeFile(machine: Machine, path: string): void {
  const place = locateParent(machine, path);
  requireNoMountPoint(place, requireChild(machine, place));
  change(machine, place.directory, 0, (tree, at) => {
    tree.unlink(inDirectory(place), at);
  });
}

/** rmdir(2): a mount point is busy. */
export function removeDirectory(machine: Machine, path: string): void {
  const place = locateParent(machine, path);
  requireNoMountPoint(place, requireChild(machine, place));
  change(machine, place.directory, 0, (tree, at) => {
    tree.removeDirectory(inDirectory(place), at);
  });
}

export function rename(machine: Machine, from: string, to: string): void {
  const source = locateParent(machine, from);
  const target = locateParent(machine, to);
  requireChild(machine, source);
  if (source.directory.mount.id !== target.directory.mount.id) throw new KernelError('EXDEV', to);
  change(machine, source.directory, 0, (tree, at) => {
    tree.rename(inDirectory(source), inDirectory(target), at);
  });
}

/**
 * Changes the tree that a location lies in: refused when it is read-only, and felt by the device
 * below, so that snapshots of it fill.
 */
export function change(
  machine: Machine,
  location: Location,
  bytes: number,
  action: (tree: FileTree, at: ReturnType<typeof timestampFromMs>) => void,
): void {
  if (isReadOnly(location.mount)) throw new KernelError('EROFS', location.path);
  const { clock } = machine.world;
  fileSystemOf(machine, location.mount).beginChanges(clock.now());
  action(treeAt(machine, location), timestampFromMs(clock.now()));
  accountWrite(machine, location.mount, bytes);
}

function inDirectory(place: NamedPlace): { readonly directory: number; readonly name: string } {
  return { directory: place.directory.inode, name: place.name };
}

function requireNoMountPoint({ directory }: NamedPlace, child: Location): void {
  if (child.mount.id !== directory.mount.id) throw new KernelError('EBUSY', child.path);
}

function requireChild(machine: Machine, place: NamedPlace): Location {
  const child = childAt(machine, place);
  if (child === undefined) throw new KernelError('ENOENT', place.path);
  return child;
}

function regularFile(machine: Machine, location: Location): Inode {
  const inode = inodeAt(machine, location);
  if (inode.kind === 'd') throw new KernelError('EISDIR', location.path);
  if (inode.kind !== 'f') throw new KernelError('EINVAL', location.path);
  return inode;
}
