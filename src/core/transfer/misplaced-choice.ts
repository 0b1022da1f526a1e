import { describeContent, unsupported, type Conflict } from '../discovery/index.js';
import type { MountPlan } from '../fstab/index.js';
import {
  allDevices,
  allFileSystems,
  type DeviceNode,
  type DeviceTree,
  type FileSystemNode,
  furtherDevices,
  type TransferChoices,
} from '../model/index.js';
import { isSupportedFileSystem, supportedFileSystems } from '../mounting/index.js';
import { isFileSystem, pathsOf } from './nodes.js';

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

/** Whichever of its devices this is. */
function liesOnSeveral(tree: DeviceTree, node: FileSystemNode): boolean {
  const isFirst = allFileSystems(tree).some(({ position }) => position === node.position);
  return !isFirst || furtherDevices(tree, node).length > 0;
}
