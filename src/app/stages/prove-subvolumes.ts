import {
  isXenBackupError,
  type RootIdentity,
  together,
  type Transfer,
  XenBackupError,
} from '../../core/index.js';
import type { Host } from '../../ports/index.js';
import type { MountedTree } from './mount-trees.js';

/** One side of a copy: a host, and what is mounted there. */
export interface MountedSide {
  readonly host: Host;
  readonly tree: MountedTree;
}

/** Inode of the root of every btrfs subvolume, whatever its number (measured). */
const subvolumeInode = '256';

/** Names that are asked about. Others could mislead a command, or the filter that lets it through. */
const plainSubvolume = /^(?:\/[A-Za-z0-9@_][A-Za-z0-9@_-]*)+$/;

/**
 * Makes sure that what the guest mounts as a subvolume is one on the standby too: rsync would make
 * a plain directory of it, and the guest would not find its root.
 *
 * @throws `layout-drift`
 */
export async function proveSubvolumes(
  transfers: readonly Transfer[],
  source: MountedSide,
  target: MountedSide,
): Promise<void> {
  const byFiles = transfers.filter((transfer) => transfer.by === 'files');
  for (const { position, subvolumes = [] } of byFiles) {
    for (const path of new Set(subvolumes.filter((name) => plainSubvolume.test(name)))) {
      const sides = [source, target].map((side) => isSubvolume(side, position, path));
      const [here, there] = await together(sides);
      // A line of fstab may name what is long gone.
      if (here !== true || there === true) continue;
      throw new XenBackupError('layout-drift', {
        message: `subvolume ${path} of ${position} does not exist on the standby on ${target.host.name}`,
        remedy: `Make it there (btrfs subvolume create), or seed the standby again with a full copy.`,
      });
    }
  }
}

async function isSubvolume(
  { host, tree }: MountedSide,
  position: string,
  path: string,
): Promise<boolean> {
  const open = tree.fileSystems.get(position);
  if (open === undefined) return false;
  const found = await identityOf(host, `${open.mountPoint}${path}`);
  return found?.inode === subvolumeInode && found.device !== open.identity.device;
}

/** `undefined` where there is nothing. */
async function identityOf(host: Host, path: string): Promise<RootIdentity | undefined> {
  try {
    return await host.mounts.rootIdentity(path);
  } catch (error) {
    if (isXenBackupError(error) && error.code === 'mount-missing') return undefined;
    throw error;
  }
}
