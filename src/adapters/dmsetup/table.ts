import { XenBackupError } from '../../core/errors/index.js';
import type { StepSegment } from '../../core/steps/index.js';
import { printable, requirePath } from '../shared/index.js';

/**
 * A device-mapper table, one line a segment; all numbers are sectors of 512 bytes.
 *
 * @throws `internal` for a table that is empty, has gaps, or places that are no numbers: such a
 * map would show or write the wrong blocks.
 */
export function tableOf(segments: readonly StepSegment[]): string {
  if (segments.length === 0) refuse('a table needs at least one segment');
  let end = 0;
  const lines = segments.map((segment) => {
    if (requireSectors(segment.startSector) !== end) {
      refuse(`a segment begins at ${segment.startSector}, not at ${end}`);
    }
    if (requireSectors(segment.sectors) === 0) refuse('a segment is empty');
    end += segment.sectors;
    return `${segment.startSector} ${segment.sectors} ${target(segment)}\n`;
  });
  return lines.join('');
}

function target(segment: StepSegment): string {
  if (segment.kind === 'error') return 'error';
  if (segment.kind === 'linear') return `linear ${area(segment)}`;
  const { chunkSectors, stripes, sectors } = segment;
  if (stripes.length === 0 || requireSectors(chunkSectors) === 0) refuse('stripes of nothing');
  if (sectors % (chunkSectors * stripes.length) !== 0) {
    refuse(`${sectors} sectors do not divide into ${stripes.length} stripes of ${chunkSectors}`);
  }
  return `striped ${stripes.length} ${chunkSectors} ${stripes.map(area).join(' ')}`;
}

function area({ device, offsetSectors }: { device: string; offsetSectors: number }): string {
  requirePath('device of a segment', device);
  // The table's fields are separated by blanks, its lines by newlines.
  if (/\s/.test(device)) refuse(`a device path with a blank: ${printable(device)}`);
  return `${device} ${requireSectors(offsetSectors)}`;
}

function requireSectors(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) refuse(`not a number of sectors: ${value}`);
  return value;
}

function refuse(message: string): never {
  throw new XenBackupError('internal', { message: `device-mapper table: ${message}` });
}
