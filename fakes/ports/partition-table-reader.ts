import type { PartitionTable } from '../../src/core/model/index.js';
import type { PartitionTableReader } from '../../src/ports/index.js';
import { deviceAt, keyOf, sectorsOf } from '../block/devices.js';
import { partitionFlags } from '../block/partition-flags.js';
import { partitionTableOn, tableFits } from '../block/partitions.js';
import { sectorBytes } from '../block/types.js';
import type { Machine } from '../world/state.js';
import { orPortError, portError } from './errors.js';

/** Reads the partition tables of a simulated machine. */
export function simulatedPartitionTableReader(machine: Machine): PartitionTableReader {
  return { readTable: async (path) => orPortError(machine, () => readTable(machine, path)) };
}

function readTable(machine: Machine, path: string): PartitionTable {
  const device = deviceAt(machine, path);
  if (device === undefined) throw portError(machine, 'device-not-found', `no device ${path}`);
  const key = keyOf(device.number);
  const table = partitionTableOn(machine, key);
  if (table === undefined || !tableFits(machine, key, table)) {
    throw portError(machine, 'output-unexpected', `no whole partition table on ${path}`);
  }
  return {
    label: table.label,
    sizeBytes: sectorsOf(device) * sectorBytes,
    logicalSectorSizeBytes: table.logicalSectorBytes,
    partitions: [...table.entries]
      .sort((left, right) => left.number - right.number)
      .map((entry) => ({
        number: entry.number,
        startBytes: entry.start * sectorBytes,
        sizeBytes: entry.sectors * sectorBytes,
        kind: entry.kind,
        flags: partitionFlags(table.label, entry),
        ...(entry.name === undefined || entry.name === '' ? {} : { name: entry.name }),
      })),
  };
}
