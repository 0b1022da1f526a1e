import { KernelError } from './errno.js';
import type { FileTree, MakeRequest } from './file-tree.js';
import type { Inode, Timestamp } from './inode.js';

/** A name inside one file system and the inode it leads to. */
export interface WalkedName {
  /** Relative to where the walk began, without a leading slash. */
  readonly path: string;
  readonly inode: Inode;
}

/** Components of a path; `..` is refused: these paths are given by scenarios and tests. */
export function pathComponents(path: string): readonly string[] {
  const components = path.split('/').filter((part) => part !== '' && part !== '.');
  if (components.includes('..')) throw new KernelError('EINVAL', path);
  return components;
}

/** The inode of a path inside one file system; symbolic links are not followed. */
export function findPath(tree: FileTree, path: string): Inode | undefined {
  let inode = tree.inode(tree.root);
  for (const component of pathComponents(path)) {
    const next = inode.kind === 'd' ? tree.lookup(inode.number, component) : undefined;
    if (next === undefined) return undefined;
    inode = next;
  }
  return inode;
}

/** The directory of a path, made with its parents where it is missing. */
export function makeDirectories(tree: FileTree, path: string, at: Timestamp): Inode {
  let inode = tree.inode(tree.root);
  for (const name of pathComponents(path)) {
    inode =
      tree.lookup(inode.number, name) ??
      tree.make({ directory: inode.number, name, kind: 'd', modified: at }, at);
    if (inode.kind !== 'd') throw new KernelError('ENOTDIR', path);
  }
  return inode;
}

/** Makes an entry at a path, with its parents; whatever is there is replaced. */
export function placeAt(
  tree: FileTree,
  path: string,
  request: Omit<MakeRequest, 'directory' | 'name'>,
  at: Timestamp,
): Inode {
  const components = pathComponents(path);
  const name = components.at(-1);
  if (name === undefined) throw new KernelError('EEXIST', path);
  const directory = makeDirectories(tree, components.slice(0, -1).join('/'), at);
  const before = tree.lookup(directory.number, name);
  if (before !== undefined) removeAt(tree, path, at);
  return tree.make({ ...request, directory: directory.number, name }, at);
}

/** Removes an entry with everything beneath it. @throws {@link KernelError} `ENOENT`. */
export function removeAt(tree: FileTree, path: string, at: Timestamp): void {
  const components = pathComponents(path);
  const name = components.at(-1);
  const parent = findPath(tree, components.slice(0, -1).join('/'));
  const inode = findPath(tree, path);
  if (inode === undefined || parent === undefined || name === undefined) {
    throw new KernelError('ENOENT', path);
  }
  const place = { directory: parent.number, name };
  if (inode.kind !== 'd') {
    tree.unlink(place, at);
    return;
  }
  for (const child of [...inode.entries.keys()]) removeAt(tree, `${path}/${child}`, at);
  tree.removeDirectory(place, at);
}

/** Everything beneath a directory, parents before children, names in byte order. */
export function* walkTree(
  tree: FileTree,
  directory = tree.root,
  prefix = '',
): Generator<WalkedName> {
  for (const [name, number] of sortedEntries(tree.inode(directory))) {
    const inode = tree.inode(number);
    const path = `${prefix}${name}`;
    yield { path, inode };
    if (inode.kind === 'd') yield* walkTree(tree, number, `${path}/`);
  }
}

/** Entries of a directory by name, in byte order. */
function sortedEntries(inode: Inode): readonly (readonly [string, number])[] {
  return [...inode.entries].sort(([left], [right]) => compareBytes(left, right));
}

/** Order of the bytes of two names, as strcmp(3) has it. */
export function compareBytes(left: string, right: string): number {
  if (left === right) return 0;
  // Code units and UTF-8 bytes agree in order for everything below the surrogates.
  if (/^[\0-\u{d7ff}]*$/u.test(left + right)) return left < right ? -1 : 1;
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
