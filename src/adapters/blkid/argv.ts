import type { Argv } from '../../ports/index.js';
import { requirePath } from '../shared/index.js';

/** Low-level probing: reads the device itself, never a cache. */
export function probeArgv(device: string): Argv {
  return ['blkid', '-p', '-o', 'export', requirePath('device', device)];
}

export function sizeArgv(device: string): Argv {
  return ['blockdev', '--getsize64', requirePath('device', device)];
}
