import type {
  Content,
  DeviceNumber,
  FileSystemContent,
  GuestVolumeGroup,
  PartitionEntry,
  PartitionTable,
} from './content.js';

/**
 * Position of a device in its guest, the same on every host: `xvda`, `xvda/2`,
 * `VolGroup00/LogVol00`, `VolGroup00/LogVol00/1`.
 */
export type NodePosition = string;

/** A device of a guest, opened on one host. */
export interface DeviceNode {
  readonly position: NodePosition;
  /** Path of the map, always one of ours. */
  readonly path: string;
  readonly deviceNumber: DeviceNumber;
  readonly sizeBytes: number;
  readonly content: Content;
  /** Set for a partition. */
  readonly partition?: PartitionEntry;
  readonly partitionUuid?: string;
  readonly partitionLabel?: string;
  /** Set where the content is a partition table. */
  readonly table?: PartitionTable;
  /** Partitions of the table, in order of number. */
  readonly children: readonly DeviceNode[];
}

/** A volume group of a guest with its volumes, all mapped by us. */
export interface VolumeGroupNode {
  readonly group: GuestVolumeGroup;
  /** Positions of the physical volumes, in the order LVM lists them. */
  readonly physicalVolumes: readonly NodePosition[];
  readonly volumes: readonly DeviceNode[];
  /** Volumes that cannot be opened as files; absent when all are open. */
  readonly closed?: readonly ClosedVolume[];
}

/** A logical volume of a guest that no map of ours can show: thin, RAID, cache, mirror. */
export interface ClosedVolume {
  readonly position: NodePosition;
  /** Continues "logical volume VG/LV cannot be opened as files, because it ...". */
  readonly reason: string;
}

/** All devices of one guest on one host. */
export interface DeviceTree {
  /** One for each disk of the definition, in its order. */
  readonly disks: readonly DeviceNode[];
  readonly volumeGroups: readonly VolumeGroupNode[];
}

/** A device node that bears a file system. */
export type FileSystemNode = DeviceNode & { readonly content: FileSystemContent };

/** Every device of a tree: disks, their partitions, then volumes, depth first. */
export function allDevices(tree: DeviceTree): readonly DeviceNode[] {
  const visit = (node: DeviceNode): DeviceNode[] => [node, ...node.children.flatMap(visit)];
  return [
    ...tree.disks.flatMap(visit),
    ...tree.volumeGroups.flatMap((group) => group.volumes.flatMap(visit)),
  ];
}

/**
 * Every file system of a tree, in the order of {@link allDevices}. One that lies on several
 * devices stands there once, under the first of them.
 */
export function allFileSystems(tree: DeviceTree): readonly FileSystemNode[] {
  const nodes = fileSystemDevices(tree);
  return nodes.filter((node) => firstDevice(nodes, node) === node);
}

/** The further devices of a file system that lies on several. */
export function furtherDevices(tree: DeviceTree, node: FileSystemNode): readonly FileSystemNode[] {
  const nodes = fileSystemDevices(tree);
  return nodes.filter((other) => other !== node && firstDevice(nodes, other) === node);
}

function fileSystemDevices(tree: DeviceTree): readonly FileSystemNode[] {
  return allDevices(tree).filter(
    (node): node is FileSystemNode => node.content.kind === 'file-system',
  );
}

/** Two devices of one UUID are one file system only if each says which of its devices it is. */
function firstDevice(nodes: readonly FileSystemNode[], node: FileSystemNode): FileSystemNode {
  const { type, uuid, deviceUuid } = node.content;
  if (uuid === undefined || deviceUuid === undefined) return node;
  const first = nodes.find(
    ({ content }) =>
      content.type === type && content.uuid === uuid && content.deviceUuid !== undefined,
  );
  return first === undefined || first.content.deviceUuid === deviceUuid ? node : first;
}
