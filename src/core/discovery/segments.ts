import type { GuestLogicalVolume, GuestVolumeGroup } from '../model/index.js';
import type { StepSegment } from '../steps/index.js';

const sectorBytes = 512;

/**
 * Device-mapper lines that show a guest's logical volume without activating its volume group.
 * `undefined` when a segment's type is not one that can be mapped so (raid, thin, cache, ...).
 */
export function mapSegments(
  group: GuestVolumeGroup,
  volume: GuestLogicalVolume,
): readonly StepSegment[] | undefined {
  const lines: StepSegment[] = [];
  for (const segment of volume.segments) {
    const place = {
      startSector: segment.startBytes / sectorBytes,
      sectors: segment.sizeBytes / sectorBytes,
    };
    const areas = segment.areas.map(({ device, firstExtent }) => ({
      device,
      offsetSectors: extentOffsetBytes(group, device, firstExtent) / sectorBytes,
    }));
    const [first] = areas;
    if (first === undefined) return undefined;
    if (areas.length === 1 && (segment.type === 'linear' || segment.type === 'striped')) {
      lines.push({ kind: 'linear', ...place, ...first });
    } else if (segment.type === 'striped') {
      const chunkSectors = segment.stripeSizeBytes / sectorBytes;
      lines.push({ kind: 'striped', ...place, chunkSectors, stripes: areas });
    } else {
      return undefined;
    }
  }
  return lines.length === 0 ? undefined : lines;
}

function extentOffsetBytes(group: GuestVolumeGroup, device: string, extent: number): number {
  const physicalVolume = group.physicalVolumes.find((candidate) => candidate.device === device);
  return (physicalVolume?.firstExtentBytes ?? Number.NaN) + extent * group.extentSizeBytes;
}
