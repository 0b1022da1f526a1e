import { eraseContent } from '../block/contents.js';
import type { Machine } from '../world/state.js';
import type { ScannedGroup } from './scan.js';
import { segmentTable } from './tables.js';
import type { LogicalVolumeMetadata } from './types.js';

/** Sectors that lvcreate zeroes at the start of a new volume. */
const wipedSectors = 8;

/** Wipes the beginning of a new volume, so that nothing old is found on it. */
export function wipeStart(
  machine: Machine,
  group: ScannedGroup,
  volume: LogicalVolumeMetadata,
): void {
  const [first] = segmentTable(group, volume);
  const area = first?.kind === 'striped' ? first.stripes[0] : first;
  if (area === undefined || !('device' in area) || !('offset' in area)) return;
  eraseContent(machine, area.device, { start: area.offset, sectors: wipedSectors });
}
