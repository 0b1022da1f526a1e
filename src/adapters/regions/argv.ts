import { XenBackupError } from '../../core/errors/index.js';
import type { Argv, DeviceRegion } from '../../ports/index.js';
import { requirePath } from '../shared/index.js';
import { READ_REGIONS_SCRIPT } from './scripts.js';

const sectorBytes = 512;

/** One command for any number of pieces. */
export function readRegionsArgv(mode: 'digest' | 'bytes', regions: readonly DeviceRegion[]): Argv {
  const pieces = regions.flatMap(({ device, offsetBytes, lengthBytes }) => [
    requirePath('device', device),
    String(requireSectors(offsetBytes)),
    String(requireSectors(lengthBytes)),
  ]);
  return ['sh', '-c', READ_REGIONS_SCRIPT, 'xen-backup-regions', mode, ...pieces];
}

/** Reads past the cache are made of whole sectors. @throws `internal`. */
function requireSectors(bytes: number): number {
  if (Number.isSafeInteger(bytes) && bytes >= 0 && bytes % sectorBytes === 0) return bytes;
  throw new XenBackupError('internal', { message: `not a number of whole sectors: ${bytes}` });
}
