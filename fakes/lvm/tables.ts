import { keyOf } from '../block/devices.js';
import type { Target } from '../block/types.js';
import { SimulationError } from '../world/errors.js';
import type { ScannedGroup } from './scan.js';
import type { AllocatedSegment, LogicalVolumeMetadata } from './types.js';

/**
 * The device-mapper lines of a volume's own segments.
 *
 * @throws SimulationError `invalid` when a physical volume is missing; `not-supported` for a type
 * that has no lines of its own.
 */
export function segmentTable(group: ScannedGroup, volume: LogicalVolumeMetadata): Target[] {
  if (volume.segments.length === 0) {
    throw new SimulationError('not-supported', volume.name, `${volume.name} has no segments`);
  }
  return volume.segments.map((segment) => segmentLine(group, segment));
}

function segmentLine(group: ScannedGroup, segment: AllocatedSegment): Target {
  const { extentSectors } = group.metadata;
  const start = segment.startExtent * extentSectors;
  const sectors = segment.extentCount * extentSectors;
  const areas = segment.areas.map((area) => areaOf(group, area));
  const [first] = areas;
  if (first === undefined) throw new SimulationError('invalid', '', 'a segment without areas');
  return areas.length === 1
    ? { kind: 'linear', start, sectors, ...first }
    : { kind: 'striped', start, sectors, chunkSectors: segment.stripeSectors, stripes: areas };
}

function areaOf(
  group: ScannedGroup,
  area: AllocatedSegment['areas'][number],
): { device: string; offset: number } {
  const volume = group.present.get(area.physicalVolume);
  if (volume === undefined) {
    throw new SimulationError('invalid', area.physicalVolume, 'a physical volume is missing');
  }
  return {
    device: keyOf(volume.device.number),
    offset: volume.content.extentsStart + area.startExtent * group.metadata.extentSectors,
  };
}

/** Size of a volume in sectors; for a thick snapshot, of its copy-on-write area. */
export function volumeSectors(group: ScannedGroup, volume: LogicalVolumeMetadata): number {
  return volume.extentCount * group.metadata.extentSectors;
}
