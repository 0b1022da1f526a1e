import type { TableEntry } from '../block/types.js';
import { SimulationError } from '../world/errors.js';
import type { PartitionInput, TableInput } from './schema-content.js';

const sectorBytes = 512;
/** 1 MiB: where partitions begin by default. */
const alignment = 2048;
/** The second copy of a GPT takes the end of the disk. */
const gptTailSectors = 33;

/** Partitions one behind the other, in order of their numbers, aligned to a MiB. */
export function layoutPartitions(
  table: TableInput,
  diskSectors: number,
  newUuid: () => string,
): readonly TableEntry[] {
  const end = table.table === 'gpt' ? diskSectors - gptTailSectors : diskSectors;
  const partitions = Object.entries(table.partitions)
    .map(([number, partition]) => ({ number: Number(number), partition }))
    .sort((left, right) => left.number - right.number);
  const entries: TableEntry[] = [];
  let next = alignment;
  let extendedEnd = end;
  for (const { number, partition } of partitions) {
    const kind = partition.kind ?? (number > 4 && table.table === 'msdos' ? 'logical' : 'primary');
    const limit = kind === 'logical' ? extendedEnd : end;
    // A logical partition has its own table in front of it.
    const start = startOf(partition) ?? (kind === 'logical' ? next + alignment : next);
    const sectors =
      partition.size === 'rest' ? limit - start : Math.floor(partition.size / sectorBytes);
    if (sectors <= 0 || start + sectors > limit) {
      throw new SimulationError(
        'no-space',
        `partition ${number}`,
        `partition ${number} does not fit`,
      );
    }
    entries.push({
      number,
      kind,
      start,
      sectors,
      type: partition.type ?? usualType(table.table, kind, partition),
      ...(table.table === 'gpt' ? { uuid: partition.uuid ?? newUuid() } : {}),
      ...(partition.name === undefined ? {} : { name: partition.name }),
      bootable: partition.bootable ?? false,
    });
    if (kind === 'extended') {
      extendedEnd = start + sectors;
      next = start;
    } else next = Math.ceil((start + sectors) / alignment) * alignment;
  }
  return entries;
}

function startOf({ start }: PartitionInput): number | undefined {
  return start === undefined ? undefined : start / sectorBytes;
}

const gptTypes = {
  linux: '0fc63daf-8483-4772-8e79-3d69d8477de4',
  lvm: 'e6d6d379-f507-44c2-a23c-238f2a3df928',
  swap: '0657fd6d-a4ab-43c4-84e5-0933c84b4f4f',
  esp: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b',
} as const;

function usualType(
  label: 'msdos' | 'gpt',
  kind: TableEntry['kind'],
  { content }: PartitionInput,
): string {
  if (kind === 'extended') return '0x5';
  const isGpt = label === 'gpt';
  if (content === undefined) return isGpt ? gptTypes.linux : '0x83';
  if ('swap' in content) return isGpt ? gptTypes.swap : '0x82';
  if ('volumeGroup' in content || 'physicalVolumeOf' in content)
    return isGpt ? gptTypes.lvm : '0x8e';
  if ('fileSystem' in content && content.fileSystem === 'vfat')
    return isGpt ? gptTypes.esp : '0xef';
  return isGpt ? gptTypes.linux : '0x83';
}
