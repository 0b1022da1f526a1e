import { SimulationError } from '../world/errors.js';
import type { AllocatedSegment, VolumeGroupMetadata } from './types.js';

/** A run of free extents on one physical volume. */
export interface FreeArea {
  readonly physicalVolume: string;
  readonly start: number;
  readonly count: number;
}

export function totalExtents(group: VolumeGroupMetadata): number {
  return group.physicalVolumes.reduce((sum, volume) => sum + volume.extentCount, 0);
}

export function freeExtents(group: VolumeGroupMetadata): number {
  return freeAreas(group).reduce((sum, area) => sum + area.count, 0);
}

/** Free areas in the order of the physical volumes, then of extents. */
export function freeAreas(group: VolumeGroupMetadata): readonly FreeArea[] {
  return group.physicalVolumes.flatMap((volume) => {
    const areas: FreeArea[] = [];
    let next = 0;
    for (const run of [...usedRuns(group, volume.uuid), { start: volume.extentCount, count: 0 }]) {
      if (run.start > next) {
        areas.push({ physicalVolume: volume.uuid, start: next, count: run.start - next });
      }
      next = Math.max(next, run.start + run.count);
    }
    return areas;
  });
}

function usedRuns(
  group: VolumeGroupMetadata,
  physicalVolume: string,
): readonly { start: number; count: number }[] {
  return group.logicalVolumes
    .flatMap((volume) => volume.segments)
    .flatMap((segment) =>
      segment.areas
        .filter((area) => area.physicalVolume === physicalVolume)
        .map((area) => ({
          start: area.startExtent,
          count: segment.extentCount / segment.areas.length,
        })),
    )
    .sort((left, right) => left.start - right.start);
}

/**
 * Linear room: the first area that holds all of it, else the largest areas until it is enough.
 *
 * @param reserve - extents that must follow it in the same area, kept free for the caller
 * @throws SimulationError `no-space`.
 */
export function allocateLinear(
  group: VolumeGroupMetadata,
  extents: number,
  reserve = 0,
): readonly AllocatedSegment[] {
  const areas = freeAreas(group);
  const whole = areas.find((area) => area.count >= extents + reserve);
  if (whole !== undefined) return [linearSegment(0, extents, whole)];
  const segments: AllocatedSegment[] = [];
  let placed = 0;
  // The largest first (measured): as few segments as possible.
  for (const area of [...areas].sort((left, right) => right.count - left.count)) {
    if (placed === extents) break;
    const count = Math.min(area.count, extents - placed);
    segments.push(linearSegment(placed, count, area));
    placed += count;
  }
  if (placed < extents) throw noSpace(group, extents);
  return segments;
}

function linearSegment(startExtent: number, extentCount: number, area: FreeArea): AllocatedSegment {
  const { physicalVolume, start } = area;
  return {
    startExtent,
    extentCount,
    stripeSectors: 0,
    areas: [{ physicalVolume, startExtent: start }],
  };
}

/**
 * Striped room over the first physical volumes that have a large enough area each.
 *
 * @param extents - a multiple of `stripes`
 * @throws SimulationError `no-space`.
 */
export function allocateStriped(
  group: VolumeGroupMetadata,
  extents: number,
  stripes: number,
  stripeSectors: number,
): readonly AllocatedSegment[] {
  const each = extents / stripes;
  const areas = new Map<string, FreeArea>();
  for (const area of freeAreas(group)) {
    if (area.count >= each && !areas.has(area.physicalVolume)) {
      areas.set(area.physicalVolume, area);
    }
  }
  const chosen = [...areas.values()].slice(0, stripes);
  if (chosen.length < stripes) throw noSpace(group, extents);
  return [
    {
      startExtent: 0,
      extentCount: extents,
      stripeSectors,
      areas: chosen.map(({ physicalVolume, start }) => ({ physicalVolume, startExtent: start })),
    },
  ];
}

function noSpace(group: VolumeGroupMetadata, extents: number): SimulationError {
  return new SimulationError(
    'no-space',
    group.name,
    `${group.name} has ${freeExtents(group)} free extents, ${extents} needed`,
  );
}
