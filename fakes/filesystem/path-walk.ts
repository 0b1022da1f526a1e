import type { Machine } from '../world/state.js';
import { KernelError } from './errno.js';
import type { FileTree } from './file-tree.js';
import type { Inode } from './inode.js';
import { mountOn, rootMount } from './mount-table.js';
import { rootInodeOf, treeOf } from './mounted-tree.js';
import type { MountRecord } from './types.js';

/** An inode as a process holds it: it stays the same when the path to it is covered or cut. */
export interface Location {
  readonly mount: MountRecord;
  readonly inode: number;
  /** Resolved path at the time of the walk. */
  readonly path: string;
}

/** A name that may or may not exist in a directory that does. */
export interface NamedPlace {
  readonly directory: Location;
  readonly name: string;
  readonly path: string;
}

/** What to do with a symbolic link that is the last component. */
export type FinalLink = 'follow' | 'keep';

/** More links than this is a loop, for the kernel. */
const maxLinks = 40;

interface Walk {
  readonly machine: Machine;
  links: number;
}

export function rootLocation(machine: Machine): Location {
  const mount = rootMount(machine);
  return { mount, inode: rootInodeOf(machine, mount), path: '/' };
}

/**
 * Walks a path as the kernel does: through symbolic links, over mount points, with `..`.
 *
 * @param from - the working directory for a relative path; default `/`.
 * @throws KernelError `ENOENT`, `ENOTDIR`, `ELOOP`, `EIO`.
 */
export function locate(
  machine: Machine,
  path: string,
  finalLink: FinalLink = 'follow',
  from?: Location,
): Location {
  const start = path.startsWith('/') || from === undefined ? rootLocation(machine) : from;
  return walk({ machine, links: 0 }, start, components(path), finalLink);
}

/** The directory and name of a path whose last component need not exist. */
export function locateParent(machine: Machine, path: string, from?: Location): NamedPlace {
  const parts = components(path);
  const name = parts.pop();
  if (name === undefined || name === '..') throw new KernelError('EBUSY', path);
  const start = path.startsWith('/') || from === undefined ? rootLocation(machine) : from;
  const directory = walk({ machine, links: 0 }, start, parts, 'follow');
  requireDirectory(inodeAt(machine, directory), path);
  return { directory, name, path: join(directory.path, name) };
}

/** The inode of a location. */
export function inodeAt(machine: Machine, location: Location): Inode {
  return treeAt(machine, location).inode(location.inode);
}

export function treeAt(machine: Machine, location: Location): FileTree {
  return treeOf(machine, location.mount);
}

/** What a name in a directory leads to, with mounts on it; `undefined` when it does not exist. */
export function childAt(machine: Machine, place: NamedPlace): Location | undefined {
  const { directory, name, path } = place;
  const child = treeAt(machine, directory).lookup(directory.inode, name);
  if (child === undefined) return undefined;
  return crossMounts(machine, { mount: directory.mount, inode: child.number, path });
}

function walk(
  state: Walk,
  start: Location,
  parts: readonly string[],
  finalLink: FinalLink,
): Location {
  let here = start;
  for (const [index, name] of parts.entries()) {
    requireDirectory(inodeAt(state.machine, here), here.path);
    if (name === '..') {
      here = locate(state.machine, parentPath(here.path));
      continue;
    }
    const next = childAt(state.machine, { directory: here, name, path: join(here.path, name) });
    if (next === undefined) throw new KernelError('ENOENT', join(here.path, name));
    const isLast = index === parts.length - 1;
    here = isLast && finalLink === 'keep' ? next : followLink(state, here, next);
  }
  return here;
}

function followLink(state: Walk, directory: Location, location: Location): Location {
  // The root of a mount is a directory; of a dead device nothing more can be asked.
  if (location.mount.id !== directory.mount.id) return location;
  const inode = inodeAt(state.machine, location);
  if (inode.kind !== 'l') return location;
  state.links += 1;
  if (state.links > maxLinks) throw new KernelError('ELOOP', location.path);
  const start = inode.target.startsWith('/') ? rootLocation(state.machine) : directory;
  return walk(state, start, components(inode.target), 'follow');
}

function crossMounts(machine: Machine, location: Location): Location {
  let here = location;
  for (;;) {
    const mount = mountOn(machine, here.mount, here.path);
    if (mount === undefined) return here;
    here = { mount, inode: rootInodeOf(machine, mount), path: here.path };
  }
}

function components(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

function requireDirectory(inode: Inode, path: string): void {
  if (inode.kind !== 'd') throw new KernelError('ENOTDIR', path);
}

export function join(directory: string, name: string): string {
  return directory === '/' ? `/${name}` : `${directory}/${name}`;
}

function parentPath(path: string): string {
  const end = path.lastIndexOf('/');
  return end <= 0 ? '/' : path.slice(0, end);
}
