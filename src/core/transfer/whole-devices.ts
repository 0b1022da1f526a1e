import type { MountPlan } from '../fstab/index.js';
import {
  allDevices,
  choiceFor,
  type DeviceNode,
  type DeviceTree,
  type TransferChoices,
} from '../model/index.js';
import { isSupportedFileSystem } from '../mounting/index.js';
import { pathsOf } from './nodes.js';
import type { NotCopied } from './transfer.js';

/** A device that is brought over without looking at files. */
export interface WholeDevice {
  readonly by: 'blocks' | 'header';
  readonly node: DeviceNode;
  readonly guestPath?: string;
  readonly reason: string;
}

/** What goes by blocks, then headers of swap. */
export function wholeDevices(
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

/** What the configuration leaves out. */
export function listNotCopied(
  tree: DeviceTree,
  plan: MountPlan,
  choices: TransferChoices,
): readonly NotCopied[] {
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
