import { type Conflict, drift } from '../discovery/index.js';
import type { MountPlan, PlannedMount } from '../fstab/index.js';
import {
  allDevices,
  type DeviceNode,
  type DeviceTree,
  type FileSystemNode,
  type NodePosition,
  type TransferChoices,
} from '../model/index.js';
import { type GuestPlace, rebaseExcludes } from './excludes.js';
import { findMisplacedChoice } from './misplaced-choice.js';
import { isFileSystem } from './nodes.js';
import type { FilesTransfer, NotCopied, Transfer } from './transfer.js';
import { findUnsupported } from './unsupported.js';
import { listNotCopied, type WholeDevice, wholeDevices } from './whole-devices.js';

export type TransferPlan =
  | {
      readonly kind: 'transfers';
      readonly transfers: readonly Transfer[];
      readonly notCopied: readonly NotCopied[];
    }
  | { readonly kind: 'conflict'; readonly conflict: Conflict };

/** What the configuration says about what is brought over, and how. */
export interface TransferSettings extends TransferChoices {
  /** rsync patterns anchored at the guest's root. */
  readonly exclude: readonly string[];
}

/**
 * Pairs the devices of two trees by position and UUID: file systems in mount order, then what goes
 * by blocks, then headers of swap. Pure. Nothing that bears content is left out but what the
 * configuration names: a standby that lacks a part must never look complete.
 */
export function matchTransfers(
  source: DeviceTree,
  target: DeviceTree,
  plan: MountPlan,
  settings: TransferSettings,
): TransferPlan {
  const refused = findUnsupported(source, settings) ?? findMisplacedChoice(source, plan, settings);
  if (refused !== undefined) return { kind: 'conflict', conflict: refused };
  const files = plan.order.map((mount) => pairFiles(source, target, mount, settings.exclude));
  const others = wholeDevices(source, plan, settings).map((device) => pairWhole(target, device));
  const transfers: Transfer[] = [];
  for (const pair of [...files, ...others]) {
    if ('conflict' in pair) return { kind: 'conflict', conflict: pair.conflict };
    transfers.push(pair);
  }
  return { kind: 'transfers', transfers, notCopied: listNotCopied(source, plan, settings) };
}

type Pair<T> = T | { readonly conflict: Conflict };

function pairFiles(
  source: DeviceTree,
  target: DeviceTree,
  mount: PlannedMount,
  exclude: readonly string[],
): Pair<FilesTransfer> {
  const { position, guestPath, subvolumes } = mount;
  const [from, onto] = [fileSystemAt(source, position), fileSystemAt(target, position)];
  if (from === undefined || onto === undefined || from.content.uuid !== onto.content.uuid) {
    return {
      conflict: drift(position, `${position} has no partner of the same UUID on the standby`),
    };
  }
  return {
    by: 'files',
    position,
    ...(guestPath === undefined ? {} : { guestPath }),
    source: from,
    target: onto,
    faithfulness: from.content.type === 'vfat' ? 'vfat' : 'posix',
    ...(subvolumes === undefined ? {} : { subvolumes: subvolumes.map(({ path }) => path) }),
    excludes: rebaseExcludes(exclude, placesOf(mount)),
  };
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

function pairWhole(target: DeviceTree, { node, ...how }: WholeDevice): Pair<Transfer> {
  const { position } = node;
  const onto = deviceAt(target, position);
  if (onto?.sizeBytes !== node.sizeBytes) {
    const message = `${position} has no partner of the same size on the standby`;
    return { conflict: drift(position, message) };
  }
  return { ...how, position, source: node, target: onto };
}

function deviceAt(tree: DeviceTree, position: NodePosition): DeviceNode | undefined {
  return allDevices(tree).find((candidate) => candidate.position === position);
}

function fileSystemAt(tree: DeviceTree, position: NodePosition): FileSystemNode | undefined {
  const node = deviceAt(tree, position);
  return node !== undefined && isFileSystem(node) ? node : undefined;
}
