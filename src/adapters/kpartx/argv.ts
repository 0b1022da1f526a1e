import type { Argv, PartitionMapRequest } from '../../ports/index.js';
import { requirePath } from '../shared/index.js';

// Without -p the delimiter depends on whether the device's name ends in a digit, and a map made
// with -p is only removed with -p.
const delimiter = ['-p', 'p'] as const;

export function addMapsArgv({ device, access }: PartitionMapRequest): Argv {
  const readOnly = access === 'read-only' ? ['-r'] : [];
  return ['kpartx', '-a', '-v', ...delimiter, ...readOnly, requirePath('device', device)];
}

export function removeMapsArgv(device: string): Argv {
  return ['kpartx', '-d', '-v', ...delimiter, requirePath('device', device)];
}
