import { fileSystemOn } from '../block/contents.js';
import { noteFileSystemWrite } from '../block/writes.js';
import { noteSecondWriter } from '../domains/second-writer.js';
import { isSimulationError, type SimulationErrorCode } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import { KernelError } from './errno.js';
import { asSimulated } from './as-simulated.js';
import type { SimulatedFileSystem } from './file-system.js';
import type { FileTree } from './file-tree.js';
import { traitsOf } from './traits.js';
import { findPath } from './tree-paths.js';
import type { MountRecord } from './types.js';

/** Mount options that show a file system without its journal. */
const skipReplayOptions = ['noload', 'norecovery', 'nologreplay', 'rescue=nologreplay'];

/**
 * The file system behind a mount, asked of the block layer anew each time: a snapshot may have
 * become invalid since.
 *
 * @throws KernelError `EIO`.
 */
export function fileSystemOf(machine: Machine, mount: MountRecord): SimulatedFileSystem {
  if (mount.image !== undefined) return asSimulated(mount.image);
  const key = `${mount.device.major}:${mount.device.minor}`;
  try {
    const found = fileSystemOn(machine, key);
    if (found?.fit === 'whole') return asSimulated(found.content.image);
  } catch (error) {
    if (!isSimulationError(error)) throw error;
    throw new KernelError('EIO', error.message);
  }
  throw new KernelError('EIO', `no file system on ${key} any more`);
}

/** The tree that a mount shows: with `noload`, the one before the replay. */
export function treeOf(machine: Machine, mount: MountRecord): FileTree {
  const fileSystem = fileSystemOf(machine, mount);
  return mount.superOptions.some((option) => skipReplayOptions.includes(option))
    ? fileSystem.unreplayedTree
    : fileSystem.tree;
}

/**
 * Inode of the directory that a mount shows as its root. The kernel holds that one in memory: it
 * is known even when the device cannot be read any more.
 */
export function rootInodeOf(machine: Machine, mount: MountRecord): number {
  const known = traitsOf(mount.type)?.rootInode;
  if (mount.root === '/' && known !== undefined) return known;
  const tree = treeOf(machine, mount);
  const inode = findPath(tree, mount.root);
  if (inode === undefined) throw new KernelError('ENOENT', mount.root);
  return inode.number;
}

/** The least that a change writes: an inode and a journal block. */
const metadataBytes = 8192;

/**
 * Lets the device below a mount feel a write: snapshots of it fill.
 *
 * @throws KernelError `EIO`, `ENOSPC`, `EROFS`.
 */
export function accountWrite(machine: Machine, mount: MountRecord, bytes: number): void {
  if (mount.image !== undefined) return;
  const key = `${mount.device.major}:${mount.device.minor}`;
  try {
    noteSecondWriter(machine, key);
    noteFileSystemWrite(machine, key, bytes + metadataBytes);
  } catch (error) {
    if (!isSimulationError(error)) throw error;
    throw new KernelError(errnoOf(error.code), error.message);
  }
}

function errnoOf(code: SimulationErrorCode): 'ENOSPC' | 'EROFS' | 'EIO' {
  if (code === 'no-space') return 'ENOSPC';
  return code === 'read-only' ? 'EROFS' : 'EIO';
}
