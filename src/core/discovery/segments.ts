import type { GuestLogicalVolume, GuestSegment, GuestVolumeGroup } from '../model/index.js';
import type { StepSegment } from '../steps/index.js';

const sectorBytes = 512;

export type MappedSegments =
  | { readonly kind: 'segments'; readonly segments: readonly StepSegment[] }
  /** The reason continues the sentence "logical volume VG/LV ...". */
  | { readonly kind: 'unmappable'; readonly reason: string };

/**
 * Device-mapper lines that show a guest's logical volume without activating its volume group.
 * Whatever is not plainly linear or striped, lies on a device that is no physical volume of the
 * group, or leaves a gap, cannot be shown: a wrong line would show another volume's data.
 */
export function mapSegments(group: GuestVolumeGroup, volume: GuestLogicalVolume): MappedSegments {
  const segments: StepSegment[] = [];
  let expectedStartBytes = 0;
  for (const segment of volume.segments) {
    if (segment.startBytes !== expectedStartBytes) {
      return unmappable(`has no segment at byte ${String(expectedStartBytes)}`);
    }
    expectedStartBytes += segment.sizeBytes;
    const line = mapSegment(group, segment);
    if (typeof line === 'string') return unmappable(line);
    segments.push(line);
  }
  if (expectedStartBytes !== volume.sizeBytes || segments.length === 0) {
    const [covered, size] = [String(expectedStartBytes), String(volume.sizeBytes)];
    return unmappable(`has segments for ${covered} of its ${size} bytes`);
  }
  return { kind: 'segments', segments };
}

function unmappable(reason: string): MappedSegments {
  return { kind: 'unmappable', reason };
}

/** One line, or the reason why there is none. */
function mapSegment(group: GuestVolumeGroup, segment: GuestSegment): StepSegment | string {
  if (segment.type !== 'linear' && segment.type !== 'striped') {
    return `is of type ${segment.type}, which cannot be opened without activating it`;
  }
  const areas: { device: string; offsetSectors: number }[] = [];
  for (const { device, firstExtent } of segment.areas) {
    const physicalVolume = group.physicalVolumes.find((candidate) => candidate.device === device);
    if (physicalVolume === undefined) {
      return `lies on ${device}, which is no physical volume of ${group.name}`;
    }
    const offsetBytes = physicalVolume.firstExtentBytes + firstExtent * group.extentSizeBytes;
    areas.push({ device, offsetSectors: offsetBytes / sectorBytes });
  }
  const place = {
    startSector: segment.startBytes / sectorBytes,
    sectors: segment.sizeBytes / sectorBytes,
  };
  const chunkSectors = segment.stripeSizeBytes / sectorBytes;
  const numbers = [...Object.values(place), ...areas.map(({ offsetSectors }) => offsetSectors)];
  if (![...numbers, chunkSectors].every(isSectorCount) || place.sectors === 0) {
    return 'has a segment that is not made of whole sectors';
  }
  const [first, second] = areas;
  if (first !== undefined && second === undefined) return { kind: 'linear', ...place, ...first };
  if (segment.type === 'striped' && second !== undefined && chunkSectors > 0) {
    return { kind: 'striped', ...place, chunkSectors, stripes: areas };
  }
  return `has a ${segment.type} segment with ${String(areas.length)} areas`;
}

function isSectorCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
