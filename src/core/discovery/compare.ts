import { isSupportedFileSystem } from '../mounting/index.js';
import { formatSizesApart } from '../units/index.js';
import type {
  Content,
  DeviceNode,
  DeviceTree,
  PartitionEntry,
  VolumeGroupNode,
} from '../model/index.js';
import { type Conflict, drift } from './conflict.js';
import type { DiscoveryDepth } from './observations.js';

/**
 * The first difference between the source's tree and what is known of a target's, parents before
 * children. What is not known yet is no difference. Mount counts, labels of file systems and free
 * space may differ; sizes, tables, types and UUIDs may not: they decide what is copied onto what.
 *
 * @param depth - `disks`: what the disks bear is not compared, since all of it is replaced.
 */
export function compareTrees(
  expected: DeviceTree,
  found: DeviceTree,
  depth: DiscoveryDepth = 'everything',
): Conflict | undefined {
  for (const node of found.disks) {
    const partner = expected.disks.find(({ position }) => position === node.position);
    const conflict = partner === undefined ? undefined : compareNodes(partner, node, depth);
    if (conflict !== undefined) return conflict;
  }
  for (const group of found.volumeGroups) {
    const conflict = compareGroups(expected, group);
    if (conflict !== undefined) return conflict;
  }
  return undefined;
}

function compareNodes(
  expected: DeviceNode,
  found: DeviceNode,
  depth: DiscoveryDepth = 'everything',
): Conflict | undefined {
  const name = describeNode(expected);
  const size = compareSizes(expected, found);
  if (size !== undefined) return drift(found.position, `${name} ${size}`);
  if (depth === 'disks') return undefined;
  const content = compareContents(expected.content, found.content) ?? compareUuids(expected, found);
  if (content !== undefined) return drift(found.position, `${name} ${content}`);
  return compareTables(expected, found) ?? compareChildren(expected, found);
}

function compareSizes(
  expected: { readonly sizeBytes: number },
  found: { readonly sizeBytes: number },
): string | undefined {
  if (expected.sizeBytes === found.sizeBytes) return undefined;
  const [left, right] = formatSizesApart(expected.sizeBytes, found.sizeBytes);
  const change = expected.sizeBytes > found.sizeBytes ? 'grew' : 'shrank';
  return `${change} from ${right} to ${left} on the source`;
}

function comparePlaces(expected: PartitionEntry, found: PartitionEntry): string | undefined {
  if (expected.startBytes !== found.startBytes) {
    return `starts at byte ${String(expected.startBytes)} on the source and at byte ${String(found.startBytes)} on the standby`;
  }
  if (expected.kind === found.kind) return undefined;
  return `is ${expected.kind} on the source and ${found.kind} on the standby`;
}

function compareContents(expected: Content, found: Content): string | undefined {
  if (isReplaceable(expected, found)) return undefined;
  const [left, right] = [describeContent(expected), describeContent(found)];
  return left === right ? undefined : `bears ${left} on the source and ${right} on the standby`;
}

/**
 * May what is found give way without a question? What is brought over by blocks may be written onto
 * nothing, and the header of swap onto that of other swap; onto anything else never.
 */
function isReplaceable(expected: Content, found: Content): boolean {
  if (expected.kind === 'swap') return found.kind === 'swap' || found.kind === 'blank';
  const isByBlocks =
    expected.kind === 'other' ||
    (expected.kind === 'file-system' && !isSupportedFileSystem(expected.type));
  return isByBlocks && found.kind === 'blank';
}

/**
 * A guest may find its root by the UUID of a table or a partition: the standby must answer to it.
 * Older tools do not tell them: then there is nothing to compare.
 */
function compareUuids(expected: DeviceNode, found: DeviceNode): string | undefined {
  const pairs = [
    ['table', tableUuid(expected), tableUuid(found)],
    ['partition', expected.partitionUuid, found.partitionUuid],
    ['device', deviceUuid(expected), deviceUuid(found)],
  ] as const;
  for (const [what, left, right] of pairs) {
    if (left === undefined || right === undefined || left === right) continue;
    return `has the ${what} UUID ${left} on the source and ${right} on the standby`;
  }
  return undefined;
}

function tableUuid({ content }: DeviceNode): string | undefined {
  return content.kind === 'partition-table' ? content.uuid : undefined;
}

function deviceUuid({ content }: DeviceNode): string | undefined {
  return content.kind === 'file-system' ? content.deviceUuid : undefined;
}

/** In words, with everything that must agree. */
export function describeContent(content: Content): string {
  const uuid = 'uuid' in content ? ` ${content.uuid}` : '';
  switch (content.kind) {
    case 'blank':
      return 'nothing';
    case 'partition-table':
      return `a ${content.label} partition table`;
    case 'physical-volume':
      return `an LVM physical volume${uuid}`;
    case 'swap':
      return `swap${uuid}`;
    case 'file-system':
      return `${content.type}${uuid}`;
    case 'other':
      return `${content.type}${uuid}`;
  }
}

function compareTables(expected: DeviceNode, found: DeviceNode): Conflict | undefined {
  if (expected.table === undefined || found.table === undefined) return undefined;
  for (const entry of expected.table.partitions) {
    const partner = found.table.partitions.find(({ number }) => number === entry.number);
    const name = `partition ${String(entry.number)} of ${expected.position}`;
    if (partner === undefined) return drift(found.position, `${name} is missing on the standby`);
    const difference = compareSizes(entry, partner) ?? comparePlaces(entry, partner);
    if (difference !== undefined) return drift(found.position, `${name} ${difference}`);
  }
  const extra = found.table.partitions.find(
    ({ number }) => !expected.table?.partitions.some((entry) => entry.number === number),
  );
  if (extra === undefined) return undefined;
  return drift(
    found.position,
    `partition ${String(extra.number)} of ${expected.position} exists only on the standby`,
  );
}

function compareChildren(expected: DeviceNode, found: DeviceNode): Conflict | undefined {
  for (const child of found.children) {
    const partner = expected.children.find(({ position }) => position === child.position);
    const conflict = partner === undefined ? undefined : compareNodes(partner, child);
    if (conflict !== undefined) return conflict;
  }
  return undefined;
}

function compareGroups(expected: DeviceTree, found: VolumeGroupNode): Conflict | undefined {
  const { group } = found;
  const partner = expected.volumeGroups.find((candidate) => candidate.group.uuid === group.uuid);
  if (partner?.group.name !== group.name) {
    return drift(
      group.name,
      `volume group ${group.name} (${group.uuid}) is not the one of the source`,
    );
  }
  for (const volume of partner.group.logicalVolumes) {
    const other = group.logicalVolumes.find(({ uuid }) => uuid === volume.uuid);
    const name = `logical volume ${group.name}/${volume.name}`;
    if (other === undefined) return drift(group.name, `${name} is missing on the standby`);
    if (other.name !== volume.name)
      return drift(group.name, `${name} is called ${other.name} on the standby`);
    const size = compareSizes(volume, other);
    if (size !== undefined) return drift(group.name, `${name} ${size}`);
  }
  const extra = group.logicalVolumes.find(
    ({ uuid }) => !partner.group.logicalVolumes.some((volume) => volume.uuid === uuid),
  );
  if (extra !== undefined) {
    return drift(
      group.name,
      `logical volume ${group.name}/${extra.name} exists only on the standby`,
    );
  }
  for (const node of found.volumes) {
    const volume = partner.volumes.find(({ position }) => position === node.position);
    const conflict = volume === undefined ? undefined : compareNodes(volume, node);
    if (conflict !== undefined) return conflict;
  }
  return undefined;
}

function describeNode(node: DeviceNode): string {
  if (node.partition !== undefined) {
    return `partition ${String(node.partition.number)} of ${node.position.slice(0, node.position.lastIndexOf('/'))}`;
  }
  return node.position.includes('/') ? `logical volume ${node.position}` : `disk ${node.position}`;
}
