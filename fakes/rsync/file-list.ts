import type { Inode } from '../filesystem/inode.js';
import type { Location } from '../filesystem/path-walk.js';
import { systemError } from './complaints.js';
import type { ExcludeFilter } from './filter.js';
import type { RsyncOptions } from './options.js';
import { kernelError, type Side } from './side.js';

/** One entry that the sender offers. */
export interface ListEntry {
  /** From the root of the transfer; empty for the root itself. */
  readonly path: string;
  readonly location: Location;
  /** As it was when the list was made. */
  readonly inode: Inode;
}

/** The sender's list, in the order of transfer, and what went wrong while making it. */
export interface FileList {
  readonly entries: readonly ListEntry[];
  /** Something could not be read: nothing may be deleted. */
  readonly ioError: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Reads the source: parents before children, files of a directory before its directories. */
export function buildFileList(
  source: Side,
  options: RsyncOptions,
  excluded: ExcludeFilter,
): FileList {
  const entries: ListEntry[] = [];
  let stdout = '';
  let stderr = '';

  const enter = (location: Location, path: string): void => {
    let children: ReturnType<Side['entries']>;
    try {
      children = source.entries(location);
    } catch (error) {
      const what = `opendir "${source.fullName(path)}" failed`;
      stderr += systemError('sender', what, kernelError(error));
      return;
    }
    for (const { name, location: place, inode } of children) {
      const childPath = path === '' ? name : `${path}/${name}`;
      if (excluded(childPath, inode.kind === 'd' ? 'directory' : 'other')) continue;
      if (!isWanted(inode, options)) {
        stdout += `skipping non-regular file "${childPath}"\n`;
        continue;
      }
      entries.push({ path: childPath, location: place, inode });
      if (inode.kind === 'd' && options.recursive) enter(place, childPath);
    }
  };

  try {
    const root = source.inode(source.root);
    entries.push({ path: '', location: source.root, inode: root });
    enter(source.root, '');
  } catch (error) {
    const what = `opendir "${source.fullName('')}" failed`;
    stderr += systemError('sender', what, kernelError(error));
  }
  return { entries, ioError: stderr !== '', stdout, stderr };
}

function isWanted({ kind }: Inode, options: RsyncOptions): boolean {
  switch (kind) {
    case 'f':
    case 'd':
      return true;
    case 'l':
      return options.links;
    case 'c':
    case 'b':
      return options.devices;
    case 'p':
    case 's':
      return options.specials;
  }
}
