import type { GuestPhysicalVolume, GuestSegment } from '../../core/model/index.js';
import { mustHold } from './contradiction.js';
import type { ExtentRange, SegmentRow } from './parse-guest.js';

const sectorBytes = 512;

/**
 * One segment of a guest's volume.
 *
 * A segment that is neither linear nor striped over the guest's own devices keeps its type and
 * has no areas. Four types are ours: `snapshot` (the COW store of a guest's own snapshot, which
 * LVM calls linear), `merging-origin` (its content is spread over origin and snapshot), `stacked`
 * (extents of another volume: an unfinished pvmove) and `partial` (on a missing physical volume).
 *
 * @throws `output-unexpected` when extents, areas and sizes do not agree.
 */
export function assembleSegment(
  row: SegmentRow,
  extentSizeBytes: number,
  physicalVolumes: readonly GuestPhysicalVolume[],
): GuestSegment {
  const { startBytes, sizeBytes } = row;
  const type = typeOf(row, physicalVolumes);
  if (type !== 'linear' && type !== 'striped') {
    return { type, startBytes, sizeBytes, stripeSizeBytes: row.stripeSizeBytes, areas: [] };
  }
  checkAreas(row, extentSizeBytes, physicalVolumes);
  const stripeSizeBytes = type === 'striped' ? row.stripeSizeBytes : 0;
  return { type, startBytes, sizeBytes, stripeSizeBytes, areas: row.areas };
}

function typeOf(row: SegmentRow, physicalVolumes: readonly GuestPhysicalVolume[]): string {
  if (row.volumeType === 's' || row.volumeType === 'S') return 'snapshot';
  if (row.volumeType === 'O') return 'merging-origin';
  if (row.type !== 'linear' && row.type !== 'striped') return row.type;
  if (row.areas.some(({ device }) => device === '[unknown]')) return 'partial';
  const onDevices = row.areas.every(({ device }) =>
    physicalVolumes.some((candidate) => candidate.device === device),
  );
  return onDevices ? row.type : 'stacked';
}

function checkAreas(
  row: SegmentRow,
  extentSizeBytes: number,
  physicalVolumes: readonly GuestPhysicalVolume[],
): void {
  const { volumeName: name, ranges, areas } = row;
  mustHold(areas.length > 0 && areas.length === row.stripes, `${name}: areas are missing`);
  mustHold(ranges.length === areas.length, `${name}: ranges and devices do not agree`);
  if (row.type === 'linear') mustHold(areas.length === 1, `${name}: linear over several areas`);
  else {
    mustHold(
      row.stripeSizeBytes > 0 && row.stripeSizeBytes % sectorBytes === 0,
      `${name}: stripes of ${row.stripeSizeBytes} bytes`,
    );
  }
  ranges.forEach((range, index) => {
    const area = areas[index];
    mustHold(
      area?.device === range.device && area.firstExtent === range.first,
      `${name}: ranges and devices do not agree`,
    );
    const extents = range.last - range.first + 1;
    mustHold(
      extents * extentSizeBytes * areas.length === row.sizeBytes,
      `${name}: its extents do not make its size`,
    );
    checkRoom(name, range, extentSizeBytes, physicalVolumes);
  });
}

function checkRoom(
  name: string,
  range: ExtentRange,
  extentSizeBytes: number,
  physicalVolumes: readonly GuestPhysicalVolume[],
): void {
  const volume = physicalVolumes.find(({ device }) => device === range.device);
  mustHold(
    volume !== undefined && (range.last + 1) * extentSizeBytes <= volume.sizeBytes,
    `${name}: an extent lies behind the end of ${range.device}`,
  );
}
