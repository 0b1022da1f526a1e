import type { AttributeChange } from '../filesystem/file-tree.js';
import type { Inode } from '../filesystem/inode.js';
import type { Location } from '../filesystem/path-walk.js';
import { carriedAttributes, type OwnerMap } from './attributes.js';
import type { CopyTally } from './counts.js';
import type { RsyncOptions } from './options.js';
import type { Side } from './side.js';

/** What the processes of one copy share. */
export interface UpdateContext {
  readonly source: Side;
  readonly target: Side;
  readonly options: RsyncOptions;
  readonly owners: OwnerMap;
  readonly tally: CopyTally;
  /** Errors that do not end the copy; any makes it end with 23. */
  readonly errors: string[];
}

/** Ends the copy at once with this exit code. */
export class FatalCopyError extends Error {
  override readonly name = 'FatalCopyError';
  readonly exitCode: number;
  readonly stderr: string;

  constructor(exitCode: number, stderr: string) {
    super(stderr);
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

/** Attributes of an entry that is made anew; what the copy does not carry is the usual. */
export function newAttributes(
  { options, owners }: UpdateContext,
  inode: Inode,
  replaced?: Inode,
): AttributeChange {
  const usual = inode.kind === 'l' ? {} : { mode: replaced?.mode ?? 0o644 };
  return { ...usual, ...carriedAttributes(inode, options, owners) };
}

export function parentOf(path: string): string {
  const end = path.lastIndexOf('/');
  return end === -1 ? '' : path.slice(0, end);
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A name in a directory of the target. */
export function placeIn(parent: Location, path: string) {
  return { directory: parent.inode, name: nameOf(path) };
}
