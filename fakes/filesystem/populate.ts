import { FileContent } from './content.js';
import { KernelError } from './errno.js';
import type { FileTree, MakeRequest } from './file-tree.js';
import { allocationOf, type Inode, type NewInode, type Timestamp } from './inode.js';
import { findPath, makeDirectories, pathComponents, placeAt, removeAt } from './tree-paths.js';

/** What stands at a path: text is a regular file, `null` says that there is nothing. */
export type EntryDescription = string | null | EntryDetails;

/** Attributes of an entry; whatever is left out has the usual value. */
export interface EntryAttributes {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly modified?: Timestamp;
  readonly xattrs?: Readonly<Record<string, string>>;
  readonly immutable?: boolean;
}

/** An entry by what it is. */
export type EntryDetails = EntryAttributes & EntryNature;

type EntryNature =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bytes'; readonly base64: string }
  /** `sizeBytes` of a repeated pattern; `allocatedBytes` less than that makes it sparse. */
  | {
      readonly kind: 'pattern';
      readonly pattern: string;
      readonly sizeBytes: number;
      readonly allocatedBytes?: number;
    }
  | { readonly kind: 'directory' }
  /** Many small files: `<prefix>0001`... */
  | {
      readonly kind: 'files';
      readonly count: number;
      readonly prefix: string;
      readonly sizeBytes: number;
    }
  | { readonly kind: 'symlink'; readonly target: string }
  | { readonly kind: 'hard-link'; readonly to: string }
  | {
      readonly kind: 'device';
      readonly type: 'c' | 'b';
      readonly major: number;
      readonly minor: number;
    }
  | { readonly kind: 'fifo' | 'socket' }
  /** Other attributes for what is there already. */
  | { readonly kind: 'attributes' };

/**
 * Makes a tree look as described. Paths in any order; parents are made as they are needed. Hard
 * links come last, so that what they lead to exists.
 *
 * @throws {@link KernelError} as the system calls do: no space, a parent that is no directory.
 */
export function populate(
  tree: FileTree,
  entries: Readonly<Record<string, EntryDescription>>,
  at: Timestamp,
): void {
  const all = Object.entries(entries);
  const isLink = ([, entry]: readonly [string, EntryDescription]): boolean =>
    entry !== null && typeof entry === 'object' && entry.kind === 'hard-link';
  for (const [path, entry] of all.filter((pair) => !isLink(pair))) place(tree, path, entry, at);
  for (const [path, entry] of all.filter(isLink)) place(tree, path, entry, at);
}

function place(tree: FileTree, path: string, entry: EntryDescription, at: Timestamp): void {
  if (entry === null) {
    removeAt(tree, path, at);
    return;
  }
  if (typeof entry === 'string') {
    placeAt(tree, path, { kind: 'f', content: FileContent.fromText(entry), modified: at }, at);
    return;
  }
  const made = placeDetails(tree, path, entry, { modified: at, ...attributesOf(entry) });
  // Set last: nothing could be made inside an immutable directory.
  if (entry.immutable === true) tree.setAttributes(made.number, { immutable: true });
}

function placeDetails(
  tree: FileTree,
  path: string,
  entry: EntryDetails,
  attributes: NewInode & { readonly modified: Timestamp },
): Inode {
  const at = attributes.modified;
  switch (entry.kind) {
    case 'text':
    case 'bytes':
    case 'pattern':
      return placeAt(tree, path, { kind: 'f', ...attributes, ...contentOf(entry) }, at);
    case 'directory':
    case 'files': {
      const directory = makeDirectories(tree, path, at);
      if (entry.kind === 'files') fillDirectory(tree, directory.number, entry, at);
      tree.setAttributes(directory.number, attributes);
      return directory;
    }
    case 'symlink':
      return placeAt(tree, path, { kind: 'l', target: entry.target, ...attributes }, at);
    case 'device': {
      const { type: kind, major, minor } = entry;
      return placeAt(tree, path, { kind, device: { major, minor }, ...attributes }, at);
    }
    case 'fifo':
      return placeAt(tree, path, { kind: 'p', ...attributes }, at);
    case 'socket':
      return placeAt(tree, path, { kind: 's', ...attributes }, at);
    case 'hard-link':
      return placeHardLink(tree, path, entry.to, at);
    case 'attributes': {
      const inode = existing(tree, path);
      tree.setAttributes(inode.number, attributesOf(entry));
      return inode;
    }
  }
}

function contentOf(
  entry: EntryDetails & { readonly kind: 'text' | 'bytes' | 'pattern' },
): Pick<MakeRequest, 'content' | 'allocatedBytes'> {
  if (entry.kind === 'text') return { content: FileContent.fromText(entry.text) };
  if (entry.kind === 'bytes')
    return { content: FileContent.fromBytes(Buffer.from(entry.base64, 'base64')) };
  const { pattern, sizeBytes, allocatedBytes = allocationOf(sizeBytes) } = entry;
  return { content: FileContent.fromPattern(pattern, sizeBytes), allocatedBytes };
}

function fillDirectory(
  tree: FileTree,
  directory: number,
  files: Extract<EntryDetails, { kind: 'files' }>,
  at: Timestamp,
): void {
  for (let index = 1; index <= files.count; index += 1) {
    const name = `${files.prefix}${String(index).padStart(4, '0')}`;
    const content = FileContent.fromPattern(name, files.sizeBytes);
    tree.make({ directory, name, kind: 'f', content, modified: at }, at);
  }
}

function placeHardLink(tree: FileTree, path: string, to: string, at: Timestamp): Inode {
  const inode = existing(tree, to);
  const components = pathComponents(path);
  const directory = makeDirectories(tree, components.slice(0, -1).join('/'), at);
  const modified = directory.modified;
  tree.link(inode.number, { directory: directory.number, name: components.at(-1) ?? '' }, at);
  tree.setAttributes(directory.number, { modified });
  return inode;
}

function existing(tree: FileTree, path: string): Inode {
  const inode = findPath(tree, path);
  if (inode === undefined) throw new KernelError('ENOENT', path);
  return inode;
}

function attributesOf(entry: EntryAttributes): EntryAttributes {
  const { mode, uid, gid, modified, xattrs } = entry;
  return {
    ...(mode === undefined ? {} : { mode }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
    ...(modified === undefined ? {} : { modified }),
    ...(xattrs === undefined ? {} : { xattrs }),
  };
}
