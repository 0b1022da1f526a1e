import { describeContent, drift, unsupported, type Conflict } from '../discovery/index.js';
import type { MountPlan, PlannedMount } from '../fstab/index.js';
import {
  allDevices,
  allFileSystems,
  choiceFor,
  type DeviceNode,
  type DeviceTree,
  type FileSystemNode,
  furtherDevices,
  type NodePosition,
  type TransferChoices,
} from '../model/index.js';
import { isSupportedFileSystem, supportedFileSystems } from '../mounting/index.js';
import { type GuestPlace, rebaseExcludes } from './excludes.js';
import { findUnsupported } from './unsupported.js';
import type { FilesTransfer, NotCopied, Transfer } from './transfer.js';

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

/**
 * A choice of the configuration that names nothing of the guest, or something it cannot be made
 * for: a name that is spelt wrongly must not leave anything as it would be without it.
 */
export function findMisplacedChoice(
  source: DeviceTree,
  plan: MountPlan,
  choices: TransferChoices,
): Conflict | undefined {
  const nodes = allDevices(source);
  for (const [name, choice] of Object.entries(choices.devices ?? {})) {
    const node = nodes.find(
      ({ position }) => position === name || pathsOf(plan, position).includes(name),
    );
    const problem =
      node === undefined ? 'the guest has no such device' : misfit(source, node, choice);
    if (problem === undefined && choices.mode !== 'blocks') continue;
    return unsupported(
      node?.position ?? name,
      `the configuration says ${name}: ${choice}, but ${problem ?? 'with mode: blocks whole disks are copied'}`,
      'Positions and mount points are those that xen-backup plan shows.',
    );
  }
  return undefined;
}

function misfit(source: DeviceTree, node: DeviceNode, choice: string): string | undefined {
  const { content } = node;
  if (content.kind === 'partition-table' || content.kind === 'physical-volume') {
    return `it bears ${describeContent(content)}: name what lies on it, or use mode: blocks`;
  }
  if (isFileSystem(node) && liesOnSeveral(source, node)) {
    return 'it is one device of a file system that lies on several';
  }
  const isMountable = content.kind === 'file-system' && isSupportedFileSystem(content.type);
  if (choice !== 'files' || isMountable) return undefined;
  return `it bears ${describeContent(content)}; file by file go ${supportedFileSystems.join(', ')}`;
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

/** A device that is brought over without looking at files. */
interface WholeDevice {
  readonly by: 'blocks' | 'header';
  readonly node: DeviceNode;
  readonly guestPath?: string;
  readonly reason: string;
}

function wholeDevices(
  source: DeviceTree,
  plan: MountPlan,
  choices: TransferChoices,
): readonly WholeDevice[] {
  if (choices.mode === 'blocks') {
    const reason = 'mode: blocks';
    return source.disks.map((node) => ({ by: 'blocks', node, reason }));
  }
  const found = allDevices(source).flatMap((node): readonly WholeDevice[] => {
    const paths = pathsOf(plan, node.position);
    const choice = choiceFor(choices, node.position, paths);
    const how = choice === 'skip' ? undefined : howWhole(node, choice === 'blocks');
    const [guestPath] = paths;
    return how === undefined
      ? []
      : [{ ...how, node, ...(guestPath === undefined ? {} : { guestPath }) }];
  });
  return [
    ...found.filter(({ by }) => by === 'blocks'),
    ...found.filter(({ by }) => by === 'header'),
  ];
}

function howWhole(
  { content }: DeviceNode,
  isChosen: boolean,
): Pick<WholeDevice, 'by' | 'reason'> | undefined {
  const chosen = { by: 'blocks', reason: 'as configured' } as const;
  switch (content.kind) {
    // What lies on them is copied; they themselves are compared.
    case 'partition-table':
    case 'physical-volume':
      return undefined;
    case 'swap':
      return isChosen
        ? chosen
        : { by: 'header', reason: 'UUID and label; its content is worthless after a restart' };
    case 'blank':
      return isChosen
        ? chosen
        : { by: 'blocks', reason: 'nothing was recognised on it: it may hold raw data' };
    case 'file-system':
      if (isChosen) return chosen;
      if (isSupportedFileSystem(content.type)) return undefined;
      return { by: 'blocks', reason: `${content.type} is not mounted on hosts` };
    case 'other':
      return isChosen
        ? chosen
        : { by: 'blocks', reason: `${content.type} cannot be copied file by file` };
  }
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

function listNotCopied(
  tree: DeviceTree,
  plan: MountPlan,
  choices: TransferChoices,
): readonly NotCopied[] {
  if (choices.mode === 'blocks') return [];
  return allDevices(tree)
    .filter(({ position }) => choiceFor(choices, position, pathsOf(plan, position)) === 'skip')
    .map(({ position, content }) => ({
      position,
      content: content.kind === 'blank' ? 'nothing recognised' : typeOf(content),
      reason: 'as configured: the standby keeps what it has',
    }));
}

function typeOf(content: DeviceNode['content']): string {
  return 'type' in content ? content.type : content.kind;
}

/** Where the guest mounts a device. */
function pathsOf(plan: MountPlan, position: NodePosition): readonly string[] {
  return [...plan.order, ...plan.notMounted]
    .filter((mount) => mount.position === position)
    .flatMap(({ guestPath, otherGuestPaths }) =>
      guestPath === undefined ? [] : [guestPath, ...otherGuestPaths],
    );
}

function deviceAt(tree: DeviceTree, position: NodePosition): DeviceNode | undefined {
  return allDevices(tree).find((candidate) => candidate.position === position);
}

function fileSystemAt(tree: DeviceTree, position: NodePosition): FileSystemNode | undefined {
  const node = deviceAt(tree, position);
  return node !== undefined && isFileSystem(node) ? node : undefined;
}

/** Whichever of its devices this is. */
function liesOnSeveral(tree: DeviceTree, node: FileSystemNode): boolean {
  const isFirst = allFileSystems(tree).some(({ position }) => position === node.position);
  return !isFirst || furtherDevices(tree, node).length > 0;
}

function isFileSystem(node: DeviceNode): node is FileSystemNode {
  return node.content.kind === 'file-system';
}
