import { allDevices, type DeviceTree, type NodePosition } from '../model/index.js';
import type { StepSegment } from '../steps/index.js';
import { buildTree, openedDevices, volumePosition } from './build-tree.js';
import { compareTrees } from './compare.js';
import { type Conflict, drift } from './conflict.js';
import { findContradiction, findPartialGroup } from './contradiction.js';
import type { DiscoveryDepth, Observations } from './observations.js';
import { mapSegments } from './segments.js';

/** What to do next. The actions of one turn are independent of one another. */
export type DiscoveryAction =
  | { readonly kind: 'open-disk'; readonly target: string }
  | { readonly kind: 'probe'; readonly position: NodePosition; readonly device: string }
  | { readonly kind: 'read-table'; readonly position: NodePosition; readonly device: string }
  | { readonly kind: 'map-partitions'; readonly position: NodePosition; readonly device: string }
  | {
      readonly kind: 'read-volume-groups';
      readonly positions: readonly NodePosition[];
      readonly devices: readonly string[];
    }
  | {
      readonly kind: 'map-volume';
      readonly position: NodePosition;
      readonly segments: readonly StepSegment[];
    };

export type DiscoveryTurn =
  | { readonly kind: 'act'; readonly actions: readonly DiscoveryAction[] }
  | { readonly kind: 'tree'; readonly tree: DeviceTree }
  | { readonly kind: 'conflict'; readonly conflict: Conflict };

export interface DiscoveryRequest {
  /** Targets of the guest's disks in the order of its definition. */
  readonly disks: readonly string[];
  /** The source's tree: a target stops at the first level where it differs. */
  readonly expected?: DeviceTree;
  /** Default `everything`. */
  readonly depth?: DiscoveryDepth;
}

/**
 * The discovery machine: pure, the same for source and target. From what has been seen it says
 * what to look at next, until the tree is complete or cannot be.
 */
export function nextDiscovery(request: DiscoveryRequest, seen: Observations): DiscoveryTurn {
  const conflict =
    findContradiction(request.disks, seen) ??
    (request.expected === undefined
      ? undefined
      : compareTrees(request.expected, buildTree(request.disks, seen), request.depth));
  if (conflict !== undefined) return { kind: 'conflict', conflict };

  // Volume groups are read once everything that may bear a physical volume has been probed.
  const inside = request.depth === 'disks' ? [] : [readTables, readGroups, mapVolumes];
  for (const collect of [openDisks, probeDevices, ...inside]) {
    const actions = collect(request, seen);
    if (actions.length > 0) return { kind: 'act', actions };
  }
  // Only now: a physical volume may have lain on a volume of another group.
  const partial = findPartialGroup(seen);
  if (partial !== undefined) return { kind: 'conflict', conflict: partial };
  const tree = buildTree(request.disks, seen);
  const missing = request.expected === undefined ? undefined : findMissing(request.expected, tree);
  return missing === undefined ? { kind: 'tree', tree } : { kind: 'conflict', conflict: missing };
}

/** A device of the source that a complete target does not have. */
function findMissing(expected: DeviceTree, found: DeviceTree): Conflict | undefined {
  const positions = new Set(allDevices(found).map(({ position }) => position));
  const missing = allDevices(expected).find(({ position }) => !positions.has(position));
  return missing === undefined
    ? undefined
    : drift(missing.position, `${missing.position} of the source does not exist on the standby`);
}

function openDisks(request: DiscoveryRequest, seen: Observations): readonly DiscoveryAction[] {
  return request.disks
    .filter((target) => !seen.disks.has(target))
    .map((target) => ({ kind: 'open-disk', target }));
}

function probeDevices(_: DiscoveryRequest, seen: Observations): readonly DiscoveryAction[] {
  return openedDevices(seen)
    .filter(([position]) => !seen.probes.has(position) && !isExtended(position, seen))
    .map(([position, device]) => ({ kind: 'probe', position, device: device.path }));
}

function isExtended(position: NodePosition, seen: Observations): boolean {
  const slash = position.lastIndexOf('/');
  const table = seen.tables.get(position.slice(0, slash));
  const number = Number(position.slice(slash + 1));
  return (
    table?.partitions.some((entry) => entry.number === number && entry.kind === 'extended') ?? false
  );
}

function readTables(_: DiscoveryRequest, seen: Observations): readonly DiscoveryAction[] {
  return openedDevices(seen)
    .filter(([position]) => seen.probes.get(position)?.content.kind === 'partition-table')
    .filter(([position]) => !seen.tables.has(position))
    .flatMap(([position, device]): readonly DiscoveryAction[] => [
      { kind: 'read-table', position, device: device.path },
      { kind: 'map-partitions', position, device: device.path },
    ]);
}

function readGroups(_: DiscoveryRequest, seen: Observations): readonly DiscoveryAction[] {
  const bearers = openedDevices(seen).filter(
    ([position]) => seen.probes.get(position)?.content.kind === 'physical-volume',
  );
  const positions = bearers.map(([position]) => position);
  const asked = seen.volumeGroups?.askedFor ?? [];
  if (positions.every((position) => asked.includes(position))) return [];
  return [
    { kind: 'read-volume-groups', positions, devices: bearers.map(([, device]) => device.path) },
  ];
}

function mapVolumes(_: DiscoveryRequest, seen: Observations): readonly DiscoveryAction[] {
  const complete = (seen.volumeGroups?.groups ?? []).filter(
    (group) => group.missingPhysicalVolumes === 0,
  );
  return complete.flatMap((group) =>
    group.logicalVolumes.flatMap((volume): readonly DiscoveryAction[] => {
      const position = volumePosition(group.name, volume.name);
      const mapped = mapSegments(group, volume);
      if (seen.volumes.has(position) || mapped.kind === 'unmappable') return [];
      return [{ kind: 'map-volume', position, segments: mapped.segments }];
    }),
  );
}
