import { describeContent, drift, unsupported, type Conflict } from '../discovery/index.js';
import type { MountPlan, PlannedMount } from '../fstab/index.js';
import {
  allDevices,
  allFileSystems,
  type Content,
  type DeviceNode,
  type DeviceTree,
  type FileSystemNode,
  type NodePosition,
} from '../model/index.js';
import { isSupportedFileSystem, supportedFileSystems } from '../mounting/index.js';
import { type GuestPlace, rebaseExcludes } from './excludes.js';

/** One file system of the source and its partner on a target. */
export interface Transfer {
  readonly position: NodePosition;
  /** Where the guest mounts it; absent when its fstab does not. */
  readonly guestPath?: string;
  readonly source: FileSystemNode;
  readonly target: FileSystemNode;
  readonly faithfulness: 'posix' | 'vfat';
  /** rsync patterns anchored at this file system's root. */
  readonly excludes: readonly string[];
  /** btrfs: subvolumes the guest mounts, by path; the standby must have them as such. */
  readonly subvolumes?: readonly string[];
}

/** A part of the guest that is not copied, and why. */
export interface NotCopied {
  readonly position: NodePosition;
  readonly content: string;
  readonly reason: string;
}

export type TransferPlan =
  | {
      readonly kind: 'transfers';
      readonly transfers: readonly Transfer[];
      readonly notCopied: readonly NotCopied[];
    }
  | { readonly kind: 'conflict'; readonly conflict: Conflict };

/**
 * Pairs the file systems of two trees by position and UUID, in mount order. Pure. Where a part
 * bears something that cannot be copied file by file, that is a conflict: a standby that lacks a
 * part must never look complete.
 */
export function matchTransfers(
  source: DeviceTree,
  target: DeviceTree,
  plan: MountPlan,
  exclude: readonly string[],
): TransferPlan {
  const refused = findUnsupported(source);
  if (refused !== undefined) return { kind: 'conflict', conflict: refused };
  const transfers: Transfer[] = [];
  for (const mount of plan.order) {
    const { position, guestPath, subvolumes } = mount;
    const [from, onto] = [fileSystemAt(source, position), fileSystemAt(target, position)];
    if (from === undefined || onto === undefined || from.content.uuid !== onto.content.uuid) {
      const message = `${position} has no partner of the same UUID on the standby`;
      return { kind: 'conflict', conflict: drift(position, message) };
    }
    transfers.push({
      position,
      ...(guestPath === undefined ? {} : { guestPath }),
      source: from,
      target: onto,
      faithfulness: from.content.type === 'vfat' ? 'vfat' : 'posix',
      ...(subvolumes === undefined ? {} : { subvolumes: subvolumes.map(({ path }) => path) }),
      excludes: rebaseExcludes(exclude, placesOf(mount)),
    });
  }
  return { kind: 'transfers', transfers, notCopied: listNotCopied(source) };
}

/**
 * The first device whose content cannot be replicated; `undefined` when all can. A guest without
 * any file system is one too: raw data has no signature that would tell it from nothing.
 */
export function findUnsupported(tree: DeviceTree): Conflict | undefined {
  for (const node of allDevices(tree)) {
    const { content } = node;
    const isStrange =
      content.kind === 'other' ||
      (content.kind === 'file-system' && !isSupportedFileSystem(content.type));
    const twin = twinOf(tree, node);
    if (twin !== undefined) {
      return unsupported(
        node.position,
        `${node.position} and ${twin.position} are the same device of one btrfs (${describeContent(content)})`,
        'No kernel opens a btrfs beside its copy; detach one of the two disks from the guest.',
      );
    }
    if (isStrange) {
      return unsupported(
        node.position,
        `${node.position} bears ${describeContent(content)}, which cannot be copied file by file`,
        remedyFor(content),
      );
    }
  }
  const [closed] = tree.volumeGroups.flatMap((group) => group.closed ?? []);
  if (closed !== undefined) {
    return unsupported(
      closed.position,
      `logical volume ${closed.position} cannot be opened as files, because it ${closed.reason}`,
      'Only linear and striped volumes inside a guest are replicated file by file.',
    );
  }
  const [disk] = tree.disks;
  if (allFileSystems(tree).length > 0 || disk === undefined) return undefined;
  return unsupported(
    disk.position,
    'no file system was found on any disk of the guest',
    'Look at its disks by hand; what bears no file system cannot be copied file by file.',
  );
}

/** A place without a subvolume of its own shows all of the file system. */
function placesOf(mount: PlannedMount): readonly GuestPlace[] {
  const { guestPath, otherGuestPaths, subvolumes = [] } = mount;
  const paths = guestPath === undefined ? [] : [guestPath, ...otherGuestPaths];
  // Of an ordinary file system only the first place counts: the others show the same files.
  const whole = subvolumes.length > 0 ? paths : paths.slice(0, 1);
  return whole.map((path) => {
    const subvolume = subvolumes.find((one) => one.guestPath === path)?.path;
    return { guestPath: path, ...(subvolume === undefined ? {} : { subvolume }) };
  });
}

/** An earlier device that says it is the very same device of the very same btrfs. */
function remedyFor(content: Content): string {
  // Only the table that protects a GPT from old tools was found, not the GPT itself.
  if (content.kind === 'other' && content.type.startsWith('PMBR')) {
    return 'Its GPT may count in sectors of another size than the host: give the guest disk the sector size of the volume (blockdev --getss).';
  }
  return `Supported are ${supportedFileSystems.join(', ')}, swap and LVM.`;
}

function twinOf(tree: DeviceTree, { position, content }: DeviceNode): DeviceNode | undefined {
  if (content.kind !== 'file-system' || content.type !== 'btrfs') return undefined;
  const nodes = allDevices(tree);
  return nodes
    .slice(
      0,
      nodes.findIndex((node) => node.position === position),
    )
    .find(
      (node) =>
        node.content.kind === 'file-system' &&
        node.content.uuid === content.uuid &&
        node.content.deviceUuid === content.deviceUuid,
    );
}

function fileSystemAt(tree: DeviceTree, position: NodePosition): FileSystemNode | undefined {
  const node = allDevices(tree).find((candidate) => candidate.position === position);
  return node !== undefined && isFileSystem(node) ? node : undefined;
}

function isFileSystem(node: DeviceNode): node is FileSystemNode {
  return node.content.kind === 'file-system';
}

function listNotCopied(tree: DeviceTree): readonly NotCopied[] {
  return allDevices(tree).flatMap(({ position, content }): readonly NotCopied[] => {
    if (content.kind === 'swap') {
      return [
        { position, content: 'swap', reason: 'the content of swap is worthless after a restart' },
      ];
    }
    if (content.kind === 'blank') {
      return [
        { position, content: 'nothing', reason: 'no file system, volume or table was found on it' },
      ];
    }
    return [];
  });
}
