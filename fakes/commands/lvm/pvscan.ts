import { invokeLvm } from './invocation.js';
import type { SimulatedCommand } from '../types.js';
import { notSimulated } from '../types.js';
import { commonOptions } from './report-options.js';
import { physicalVolumeFields } from './fields-physical.js';
import { physicalVolumeRows, type ReportRow } from './rows.js';
import { humanSize } from './sizes.js';
import { scanWarnings } from './warnings.js';
import { lines } from './invocation.js';

/** Least width of a group's name in the list. */
const groupWidth = 17;

/** pvscan without options: the list of physical volumes. */
export const pvscan: SimulatedCommand = (machine, argv) =>
  invokeLvm(machine, argv, commonOptions, async ({ scan, operands }) => {
    if (operands.length > 0) return notSimulated(argv);
    const rows = physicalVolumeRows(scan);
    const stderr = lines(scanWarnings(scan));
    if (rows.length === 0) {
      return { exitCode: 0, stdout: '  No matching physical volumes found\n', stderr };
    }
    const width = Math.max(...rows.map(({ physicalVolume }) => physicalVolume?.path.length ?? 0));
    const stdout = [...rows.map((row) => volumeLine(row, width)), totalLine(rows)];
    return { exitCode: 0, stdout: lines(stdout), stderr };
  });

function bytesOf(row: ReportRow, field: 'pv_size' | 'pv_free'): number {
  const value = physicalVolumeFields[field]?.value(row);
  return value?.kind === 'bytes' ? value.bytes : 0;
}

function volumeLine(row: ReportRow, width: number): string {
  const path = (row.physicalVolume?.path ?? '').padEnd(width);
  const size = humanSize(bytesOf(row, 'pv_size'), 'unit');
  const free = humanSize(bytesOf(row, 'pv_free'), 'unit');
  if (row.group === undefined) return `PV ${path}${' '.repeat(groupWidth + 6)}lvm2 [${size}]`;
  const group = row.group.metadata.name.padEnd(groupWidth - 1);
  return `PV ${path}   VG ${group}lvm2 [${size} / ${free.padEnd(4)} free]`;
}

function totalLine(rows: readonly ReportRow[]): string {
  const sum = (some: readonly ReportRow[]): string =>
    humanSize(
      some.reduce((total, row) => total + bytesOf(row, 'pv_size'), 0),
      'unit',
    );
  const used = rows.filter(({ group }) => group !== undefined);
  const idle = rows.filter(({ group }) => group === undefined);
  return (
    `Total: ${rows.length} [${sum(rows)}] / in use: ${used.length} [${sum(used)}]` +
    ` / in no VG: ${idle.length} [${sum(idle)}]`
  );
}
