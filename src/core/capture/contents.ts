import type { FoundFstab } from '../fstab/index.js';
import {
  allFileSystems,
  type Content,
  type DeviceNode,
  type DeviceTree,
  type FileSystemContent,
  furtherDevices,
  type GuestLogicalVolume,
  type GuestVolumeGroup,
  type PartitionEntry,
  type PartitionTable,
  type VolumeGroupNode,
} from '../model/index.js';
import type {
  CapturedContent,
  CapturedGuestVolume,
  CapturedPartition,
  CapturedSegment,
} from './document.js';
import type { Names } from './names.js';
import { isBootable, partitionType } from './partition-types.js';

/** File systems that the simulated hosts mount; all others stand there as what they are called. */
const simulatedFileSystems = ['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'vfat'];

/** What the contents of one host are written with. */
export interface ContentsRequest {
  readonly tree: DeviceTree;
  readonly names: Names;
  /** Reduced already; written onto the file system it was found on. */
  readonly fstab?: FoundFstab;
}

/** What stands on each disk of a tree, by target. */
export function captureContents(
  request: ContentsRequest,
): ReadonlyMap<string, CapturedContent | undefined> {
  const writer = new ContentsWriter(request);
  return new Map(request.tree.disks.map((disk) => [disk.position, writer.content(disk)]));
}

class ContentsWriter {
  readonly #request: ContentsRequest;
  /** Groups that stand on an earlier device: further ones are members. */
  readonly #placed = new Set<string>();

  constructor(request: ContentsRequest) {
    this.#request = request;
  }

  content(node: DeviceNode): CapturedContent | undefined {
    const { content } = node;
    switch (content.kind) {
      case 'blank':
        return undefined;
      case 'partition-table':
        return this.#table(node, content);
      case 'physical-volume':
        return this.#physicalVolume(node, content.uuid);
      case 'swap':
        return { swap: true, ...this.#identity(content) };
      case 'file-system':
        return this.#fileSystem(node, content);
      case 'other':
        return { other: content.type, usage: 'other', ...this.#identity(content) };
    }
  }

  #fileSystem(node: DeviceNode, content: FileSystemContent): CapturedContent {
    const { tree, names } = this.#request;
    const identity = {
      ...this.#identity(content),
      ...(content.deviceUuid === undefined ? {} : { deviceUuid: names.uuid(content.deviceUuid) }),
    };
    const first = allFileSystems(tree).find(({ position }) => position === node.position);
    if (first === undefined || !simulatedFileSystems.includes(content.type)) {
      return { other: content.type, usage: 'filesystem', ...identity };
    }
    const others = furtherDevices(tree, first).flatMap(({ content: { deviceUuid } }) =>
      deviceUuid === undefined ? [] : [names.uuid(deviceUuid)],
    );
    const otherDevices = others.length === 0 ? {} : { otherDevices: others };
    return { fileSystem: content.type, ...identity, ...otherDevices, ...this.#files(node) };
  }

  #identity(content: { readonly uuid?: string; readonly label?: string }): {
    readonly uuid?: string;
    readonly label?: string;
  } {
    const { uuid, label } = content;
    return {
      ...(uuid === undefined ? {} : { uuid: this.#request.names.uuid(uuid) }),
      ...(label === undefined ? {} : { label }),
    };
  }

  #files({ position }: DeviceNode): { readonly files?: Readonly<Record<string, string>> } {
    const { fstab } = this.#request;
    return fstab?.position === position ? { files: { '/etc/fstab': fstab.text } } : {};
  }

  #table(
    node: DeviceNode,
    content: Extract<Content, { kind: 'partition-table' }>,
  ): CapturedContent {
    const table: PartitionTable | undefined = node.table;
    const partitions = (table?.partitions ?? []).map((entry): [string, CapturedPartition] => [
      String(entry.number),
      this.#partition(content.label, entry, node),
    ]);
    return {
      table: content.label,
      ...this.#identity(content.uuid === undefined ? {} : { uuid: content.uuid }),
      partitions: Object.fromEntries(partitions),
    };
  }

  #partition(label: 'msdos' | 'gpt', entry: PartitionEntry, parent: DeviceNode): CapturedPartition {
    const child = parent.children.find(({ partition }) => partition?.number === entry.number);
    const content = child === undefined ? undefined : this.content(child);
    const name = entry.name ?? child?.partitionLabel;
    // That of an msdos partition follows from the table's.
    const uuid = label === 'gpt' ? child?.partitionUuid : undefined;
    return {
      start: entry.startBytes,
      size: entry.sizeBytes,
      kind: entry.kind,
      type: partitionType(label, entry),
      ...(name === undefined ? {} : { name }),
      ...this.#identity(uuid === undefined ? {} : { uuid }),
      ...(isBootable(label, entry) ? { bootable: true } : {}),
      ...(content === undefined ? {} : { content }),
    };
  }

  #physicalVolume(node: DeviceNode, uuid: string): CapturedContent {
    const { tree, names } = this.#request;
    for (const groupNode of tree.volumeGroups) {
      const own = groupNode.group.physicalVolumes.find((volume) => volume.uuid === uuid);
      if (own === undefined || !groupNode.physicalVolumes.includes(node.position)) continue;
      const firstExtent = own.firstExtentBytes;
      if (this.#placed.has(groupNode.group.uuid)) {
        return { physicalVolumeOf: groupNode.group.name, uuid: names.uuid(uuid), firstExtent };
      }
      this.#placed.add(groupNode.group.uuid);
      return {
        volumeGroup: groupNode.group.name,
        uuid: names.uuid(groupNode.group.uuid),
        physicalVolumeUuid: names.uuid(uuid),
        firstExtent,
        extentSize: groupNode.group.extentSizeBytes,
        volumes: this.#volumes(groupNode),
      };
    }
    return { physicalVolume: 'unused', uuid: names.uuid(uuid) };
  }

  #volumes({ group, volumes }: VolumeGroupNode): Readonly<Record<string, CapturedGuestVolume>> {
    const entries = group.logicalVolumes.map((volume): [string, CapturedGuestVolume] => {
      const node = volumes.find(({ position }) => position === `${group.name}/${volume.name}`);
      const content = node === undefined ? undefined : this.content(node);
      const segments = this.#segments(group, volume);
      return [
        volume.name,
        {
          size: volume.sizeBytes,
          uuid: this.#request.names.uuid(volume.uuid),
          ...(segments === undefined ? {} : { segments }),
          ...(content === undefined ? {} : { content }),
        },
      ];
    });
    return Object.fromEntries(entries);
  }

  #segments(
    group: GuestVolumeGroup,
    { segments }: GuestLogicalVolume,
  ): readonly CapturedSegment[] | undefined {
    if (!segments.every(({ type }) => type === 'linear' || type === 'striped')) return undefined;
    return segments.map(({ sizeBytes, stripeSizeBytes, areas }) => ({
      size: sizeBytes,
      ...(stripeSizeBytes === 0 ? {} : { stripeSize: stripeSizeBytes }),
      areas: areas.map(({ device, firstExtent }) => ({
        physicalVolume: this.#request.names.uuid(
          group.physicalVolumes.find((volume) => volume.device === device)?.uuid ?? device,
        ),
        extent: firstExtent,
      })),
    }));
  }
}
