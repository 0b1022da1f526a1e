import { mapNamed } from '../block/devices.js';
import { lvmMapName } from '../block/lvm-names.js';
import { replaceTable } from '../block/maps.js';
import { SimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import { allocateLinear } from './allocate.js';
import { commitMetadata, withChangedVolume } from './commit.js';
import { volumeNamed } from './lookup.js';
import type { ScannedGroup } from './scan.js';
import { largestUsefulExtents } from './snapshots.js';
import { segmentTable } from './tables.js';
import type { AllocatedSegment, LogicalVolumeMetadata } from './types.js';

/**
 * Makes a linear volume, or the copy-on-write area of a thick snapshot, larger. Active maps grow
 * at once.
 *
 * @throws SimulationError `no-space`, `not-supported` (anything that is not linear).
 */
export function extendVolume(
  machine: Machine,
  group: ScannedGroup,
  name: string,
  addedExtents: number,
): ScannedGroup {
  const volume = volumeNamed(group.metadata, name);
  const linear = volume.segments.every((segment) => segment.areas.length === 1);
  if (!linear || volume.segments.length === 0) {
    throw new SimulationError('not-supported', name, `${name} is not linear`);
  }
  const added = allocateLinear(group.metadata, addedExtents).map((segment) => ({
    ...segment,
    startExtent: segment.startExtent + volume.extentCount,
  }));
  const changed = commitMetadata(machine, group, (metadata) =>
    withChangedVolume(metadata, name, (old) => ({
      ...old,
      extentCount: old.extentCount + addedExtents,
      segments: joinSegments([...old.segments, ...added]),
    })),
  );
  growMap(machine, changed, volumeNamed(changed.metadata, name));
  return changed;
}

/**
 * The largest size that LVM gives a volume: a thick snapshot gets no more than all of its origin
 * takes when every chunk has changed (seen on a real host: lvextend says so, and ends with 0).
 */
export function extentsLimit({ metadata }: ScannedGroup, { role }: LogicalVolumeMetadata): number {
  if (role.kind !== 'snapshot') return Number.POSITIVE_INFINITY;
  const { extentSectors } = metadata;
  const originSectors = volumeNamed(metadata, role.origin).extentCount * extentSectors;
  return largestUsefulExtents(originSectors, role.chunkSectors, extentSectors);
}

function joinSegments(segments: readonly AllocatedSegment[]): readonly AllocatedSegment[] {
  const joined: AllocatedSegment[] = [];
  for (const segment of segments) {
    const last = joined.at(-1);
    const [lastArea] = last?.areas ?? [];
    const [area] = segment.areas;
    const continues =
      last !== undefined &&
      lastArea?.physicalVolume === area?.physicalVolume &&
      (lastArea?.startExtent ?? 0) + last.extentCount === area?.startExtent;
    if (continues) {
      joined[joined.length - 1] = {
        ...last,
        extentCount: last.extentCount + segment.extentCount,
      };
    } else joined.push(segment);
  }
  return joined;
}

function growMap(machine: Machine, group: ScannedGroup, volume: LogicalVolumeMetadata): void {
  const layers = volume.role.kind === 'snapshot' ? ['cow'] : ['real', undefined];
  for (const layer of layers) {
    const map = mapNamed(machine, lvmMapName(group.metadata.name, volume.name, layer));
    if (map?.table[0]?.kind === 'linear') {
      replaceTable(machine, map.name, segmentTable(group, volume));
    }
  }
}
