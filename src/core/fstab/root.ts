import {
  type DeviceTree,
  type FileSystemNode,
  type NodePosition,
  type TransferChoices,
} from '../model/index.js';
import { deviceResolver } from './device-names.js';
import { mountable } from './mount-plan.js';
import { parseFstab } from './parse.js';

/** An fstab found on one file system of the guest. */
export interface FoundFstab {
  readonly position: NodePosition;
  readonly text: string;
}

/**
 * File systems that may be the guest's root, the likeliest first: what the kernel command line
 * names, then volumes before partitions and large before small. vfat never is, and what is not brought
 * over file by file is never mounted.
 */
export function rootCandidates(
  tree: DeviceTree,
  kernelCommandLine?: string,
  choices: TransferChoices = {},
): readonly FileSystemNode[] {
  const named = rootFromCommandLine(tree, kernelCommandLine);
  const rank = (node: FileSystemNode): number => {
    if (node.position === named) return 0;
    return isVolume(tree, node.position) ? 1 : 2;
  };
  return mountable(tree, choices)
    .filter((node) => node.content.type !== 'vfat')
    .map((node, index) => ({ node, index }))
    .sort(
      (left, right) =>
        rank(left.node) - rank(right.node) ||
        right.node.sizeBytes - left.node.sizeBytes ||
        left.index - right.index,
    )
    .map(({ node }) => node);
}

/**
 * Where a file system may keep the fstab of a guest, the likeliest first. btrfs is mounted whole:
 * installers put the root into a subvolume (`@` Ubuntu and openSUSE, `@rootfs` Debian, `root`
 * Fedora). A list of ours, because nothing of a guest becomes part of a command here.
 */
export function fstabPaths({ content }: FileSystemNode): readonly string[] {
  return content.type === 'btrfs' ? [...subvolumeFstabs, plainFstab] : [plainFstab];
}

const plainFstab = 'etc/fstab';

/** Of the subvolumes that installers make for a root. */
export const subvolumeFstabs = [
  '@/etc/fstab',
  '@rootfs/etc/fstab',
  'root/etc/fstab',
  '@/.snapshots/1/snapshot/etc/fstab',
] as const;

/**
 * True when the fstab found on a file system says that this very file system is `/`. A copy of
 * another system's root, or an old root kept aside, does not.
 */
export function isOwnRoot(tree: DeviceTree, found: FoundFstab): boolean {
  const resolve = deviceResolver(tree);
  return parseFstab(found.text).entries.some(
    (entry) => entry.mountPoint === '/' && resolve(entry.device)?.position === found.position,
  );
}

function isVolume(tree: DeviceTree, position: NodePosition): boolean {
  return tree.volumeGroups.some(({ volumes }) =>
    volumes.some(
      (volume) => position === volume.position || position.startsWith(`${volume.position}/`),
    ),
  );
}

function rootFromCommandLine(tree: DeviceTree, commandLine = ''): NodePosition | undefined {
  // The kernel takes the last of several.
  const value = [...commandLine.matchAll(/(?<=^|\s)root=(\S+)/g)].at(-1)?.[1];
  return value === undefined ? undefined : deviceResolver(tree)(value)?.position;
}
