import type { Argv } from '../../ports/index.js';
import { requirePath } from '../shared/index.js';

/**
 * Prints a partition table in bytes. `-s` never asks a question and never changes anything.
 *
 * @param format - `json` from parted 3.5 on, `machine` before
 */
export function printTableArgv(device: string, format: 'json' | 'machine'): Argv {
  const option = format === 'json' ? '-j' : '-m';
  return ['parted', '-s', option, requirePath('device', device), 'unit', 'B', 'print'];
}
