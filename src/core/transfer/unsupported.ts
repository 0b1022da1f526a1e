import { describeContent, unsupported, type Conflict } from '../discovery/index.js';
import {
  allDevices,
  type DeviceNode,
  type DeviceTree,
  type TransferChoices,
} from '../model/index.js';

/**
 * The first device that can be brought over in no way but with its whole disk; `undefined` when there
 * is none. With `mode: blocks` there never is.
 */
export function findUnsupported(
  tree: DeviceTree,
  { mode }: Pick<TransferChoices, 'mode'> = {},
): Conflict | undefined {
  if (mode === 'blocks') return undefined;
  for (const node of allDevices(tree)) {
    const twin = twinOf(tree, node);
    if (twin !== undefined) {
      return unsupported(
        node.position,
        `${node.position} and ${twin.position} are the same device of one btrfs (${describeContent(node.content)})`,
        'No kernel opens a btrfs beside its copy; detach one of the two disks from the guest.',
      );
    }
    const { content, position } = node;
    // Only the table that protects a GPT from old tools was found, not the GPT itself.
    if (content.kind === 'other' && content.type.startsWith('PMBR')) {
      return unsupported(
        position,
        `${position} bears ${describeContent(content)}, behind which nothing can be found`,
        'Its GPT may count in sectors of another size than the host: give the guest disk the sector size of the volume (blockdev --getss), or copy this guest with mode: blocks.',
      );
    }
  }
  const [closed] = tree.volumeGroups.flatMap((group) => group.closed ?? []);
  if (closed === undefined) return undefined;
  return unsupported(
    closed.position,
    `logical volume ${closed.position} cannot be opened as files, because it ${closed.reason}`,
    'Only linear and striped volumes inside a guest are opened on hosts. With mode: blocks all of this guest is copied by blocks.',
  );
}

/** An earlier device that says it is the very same device of the very same btrfs. */
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
