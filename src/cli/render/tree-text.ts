import {
  type Content,
  type DeviceNode,
  type DeviceTree,
  formatBytes,
  type MountPlan,
  type NodePosition,
  type VolumeGroupNode,
} from '../../core/index.js';
import { type Line, type Span, spansOf, styled, tableLines } from '../text/index.js';
import { leftOutTexts, shortDevice } from './words.js';

/**
 * A guest's devices as a tree, each with size, content, and where the guest mounts it; for those
 * who follow steps also with the name of its map.
 */
export function treeLines(
  tree: DeviceTree,
  mounts: MountPlan,
  names: 'with-maps' | 'without-maps',
): readonly Line[] {
  const paths = new Map(mounts.order.map((mount) => [mount.position, mountPathsOf(mount)]));
  const rows = [
    ...tree.disks.flatMap((disk) => nodeRows(disk, 'root', '', paths)),
    ...tree.volumeGroups.flatMap((group) => groupRows(group, paths)),
  ];
  return tableLines(names === 'with-maps' ? rows : rows.map((row) => row.slice(0, mapColumn)));
}

/** Position, size, content, place in the guest; then the map. */
const mapColumn = 4;

/** The order of mounting and copying, then what of fstab is left out. */
export function mountLines(mounts: MountPlan): readonly Line[] {
  const order = tableLines(
    mounts.order.map((mount, index) => [
      String(index + 1).padStart(2),
      mount.guestPath ?? [styled('dim', 'not in fstab')],
      mount.position,
      mount.otherGuestPaths.length === 0 ? '' : `also ${mount.otherGuestPaths.join(', ')}`,
    ]),
  );
  return [
    [styled('bold', 'mount order (teardown is its reverse)')],
    ...order,
    ...leftOutLines(mounts),
  ];
}

function leftOutLines(mounts: MountPlan): readonly Line[] {
  if (mounts.leftOut.length === 0) return [];
  const rows = mounts.leftOut.map(({ line, device, mountPoint, reason }) => [
    `line ${line}`,
    device,
    mountPoint,
    leftOutTexts[reason],
  ]);
  return [[styled('bold', 'left out of fstab')], ...tableLines(rows)];
}

type Paths = ReadonlyMap<NodePosition, string>;
type Place = 'root' | 'middle' | 'last';

const branches: Readonly<Record<Place, string>> = { root: '', middle: '├─ ', last: '└─ ' };
const trunks: Readonly<Record<Place, string>> = { root: '', middle: '│  ', last: '   ' };

function nodeRows(node: DeviceNode, place: Place, trunk: string, paths: Paths): readonly Line[][] {
  const inner = trunk + trunks[place];
  return [
    [
      [styled('dim', trunk + branches[place]), node.position],
      formatBytes(node.sizeBytes),
      contentLine(node.content),
      guestPath(node, paths),
      [styled('dim', shortDevice(node.path))],
    ],
    ...node.children.flatMap((child, index) =>
      nodeRows(child, index === node.children.length - 1 ? 'last' : 'middle', inner, paths),
    ),
  ];
}

function groupRows({ group, physicalVolumes, volumes }: VolumeGroupNode, paths: Paths): Line[][] {
  const sizeBytes = group.physicalVolumes.reduce((sum, volume) => sum + volume.sizeBytes, 0);
  const title: Line[] = [
    group.name,
    formatBytes(sizeBytes),
    `LVM volume group on ${physicalVolumes.join(', ')}`,
  ];
  const rows = volumes.flatMap((volume, index) =>
    nodeRows(volume, index === volumes.length - 1 ? 'last' : 'middle', '', paths),
  );
  return [title, ...rows];
}

function guestPath({ position }: DeviceNode, paths: Paths): readonly Span[] {
  return spansOf([styled('cyan', paths.get(position) ?? '')]);
}

function contentLine(content: Content): Line {
  const quote = (label: string | undefined): string => (label === undefined ? '' : ` "${label}"`);
  switch (content.kind) {
    case 'blank':
      return [styled('dim', 'nothing recognised')];
    case 'partition-table':
      return content.label === 'gpt' ? 'GPT' : 'msdos partition table';
    case 'physical-volume':
      return 'LVM physical volume';
    case 'swap':
      return `swap${quote(content.label)}`;
    case 'file-system':
      return `${content.type}${quote(content.label)}`;
    case 'other':
      return content.type;
  }
}

function mountPathsOf(mount: MountPlan['order'][number]): string {
  const paths = mount.guestPath === undefined ? [] : [mount.guestPath];
  return [...paths, ...mount.otherGuestPaths].join(', ');
}
