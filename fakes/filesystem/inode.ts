import type { FileContent } from './content.js';

/** Kind of an inode, in find(1)'s letters: `find -printf %y` prints them. */
export type InodeKind = 'f' | 'd' | 'l' | 'c' | 'b' | 'p' | 's';

/** A point in time with the precision of the kernel. */
export interface Timestamp {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** What every inode has. */
export interface InodeAttributes {
  /** Permission bits with set-uid, set-gid and sticky: 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly modified: Timestamp;
  /** Extended attributes by full name; ACLs and capabilities are among them, as in the kernel. */
  readonly xattrs: Readonly<Record<string, string>>;
  /** chattr +i: nothing about it can be changed. */
  readonly immutable: boolean;
}

/** An inode as everybody outside its file system sees it. */
export interface Inode extends InodeAttributes {
  readonly number: number;
  readonly kind: InodeKind;
  /** Names that lead to it; a directory counts 1. */
  readonly links: number;
  /** Regular files; empty for everything else. */
  readonly content: FileContent;
  /** Bytes on the disk: less than the size where the file is sparse. */
  readonly allocatedBytes: number;
  /** Symbolic links. */
  readonly target: string;
  /** Character and block devices. */
  readonly device: { readonly major: number; readonly minor: number };
  /** Directories: names in the order they were made. */
  readonly entries: ReadonlyMap<string, number>;
}

/** What may be said about a new inode; the rest has the defaults a fresh file of root has. */
export type NewInode = Partial<InodeAttributes> &
  Partial<Pick<Inode, 'content' | 'allocatedBytes' | 'target' | 'device'>>;

/** Space is given out in blocks of this size. */
export const blockBytes = 4096;

/** Bytes on the disk for content without holes. */
export function allocationOf(sizeBytes: number): number {
  return Math.ceil(sizeBytes / blockBytes) * blockBytes;
}

export function timestampFromMs(ms: number): Timestamp {
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanoseconds: Math.round((ms - seconds * 1000) * 1e6) };
}
