import type { PartitionEntry, PartitionTable } from '../../core/model/index.js';
import { unexpectedOutput } from '../shared/index.js';

/** A partition as parted prints it: first and last byte, and its size. */
export interface PrintedPartition extends PartitionEntry {
  readonly endBytes: number;
}

/**
 * A partition table whose numbers agree with one another. A table that lies is refused, not
 * repaired: maps made from it would show blocks of a neighbour.
 *
 * @throws `output-unexpected`.
 */
export function checkTable(
  table: Omit<PartitionTable, 'label' | 'partitions'>,
  label: string,
  printed: readonly PrintedPartition[],
): PartitionTable {
  if (label !== 'msdos' && label !== 'gpt') {
    throw unexpectedOutput('parted: no msdos or GPT table', `label ${label}`);
  }
  mustHold(table.logicalSectorSizeBytes >= 512, 'the sector size');
  const ordered = [...printed].sort((a, b) => a.number - b.number);
  for (const partition of ordered) checkPartition(partition, table, label);
  mustHold(new Set(ordered.map(({ number }) => number)).size === ordered.length, 'the numbers');
  checkPlaces(ordered);
  return {
    ...table,
    label,
    partitions: ordered.map(({ endBytes: _, ...partition }) => partition),
  };
}

function checkPartition(
  { number, startBytes, sizeBytes, endBytes, kind }: PrintedPartition,
  table: Omit<PartitionTable, 'label' | 'partitions'>,
  label: 'msdos' | 'gpt',
): void {
  const name = `partition ${String(number)}`;
  const sector = table.logicalSectorSizeBytes;
  mustHold(sizeBytes > 0 && endBytes === startBytes + sizeBytes - 1, `the end of ${name}`);
  mustHold(startBytes % sector === 0 && sizeBytes % sector === 0, `the sectors of ${name}`);
  mustHold(startBytes > 0 && endBytes < table.sizeBytes, `the place of ${name}`);
  const expected = label === 'msdos' && number > 4 ? 'logical' : 'primary';
  const extended = label === 'msdos' && number <= 4 && kind === 'extended';
  mustHold(number > 0 && (kind === expected || extended), `the kind of ${name}`);
}

function checkPlaces(partitions: readonly PrintedPartition[]): void {
  const containers = partitions.filter(({ kind }) => kind === 'extended');
  const logical = partitions.filter(({ kind }) => kind === 'logical');
  mustHold(containers.length <= 1, 'more than one extended partition');
  for (const { number, startBytes, endBytes } of logical) {
    const inside = containers.some(
      (container) => container.startBytes < startBytes && endBytes <= container.endBytes,
    );
    mustHold(inside, `logical partition ${String(number)} outside an extended one`);
  }
  checkApart(partitions.filter(({ kind }) => kind !== 'logical'));
  checkApart(logical);
}

function checkApart(partitions: readonly PrintedPartition[]): void {
  const ordered = [...partitions].sort((a, b) => a.startBytes - b.startBytes);
  ordered.reduce((end, { number, startBytes, endBytes }) => {
    mustHold(startBytes > end, `partition ${String(number)} overlaps another`);
    return endBytes;
  }, -1);
}

function mustHold(condition: boolean, contradiction: string): void {
  if (!condition) throw unexpectedOutput('parted: a table that contradicts itself', contradiction);
}
