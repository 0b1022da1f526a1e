import { z } from 'zod';
import type { PartitionTable } from '../../core/model/index.js';
import { parseCount, parseJson, unexpectedOutput } from '../shared/index.js';
import { checkTable, type PrintedPartition } from './check.js';

const bytes = z.string().transform((text, context) => {
  const value = parseBytes(text);
  if (value !== undefined) return value;
  context.addIssue({ code: 'custom', message: `not a number of bytes: ${JSON.stringify(text)}` });
  return z.NEVER;
});

const jsonPartition = z
  .object({
    number: z.int().positive(),
    start: bytes,
    end: bytes,
    size: bytes,
    type: z.enum(['primary', 'extended', 'logical']),
    name: z.string().optional(),
    flags: z.array(z.string()).default([]),
  })
  .transform(
    (partition): PrintedPartition => ({
      number: partition.number,
      startBytes: partition.start,
      endBytes: partition.end,
      sizeBytes: partition.size,
      kind: partition.type,
      ...nameOf(partition.name ?? ''),
      flags: partition.flags,
    }),
  );

const jsonTable = z.object({
  disk: z.object({
    size: bytes,
    'logical-sector-size': z.int().positive(),
    label: z.string(),
    // Absent where there is no label; empty where the table is.
    partitions: z.array(jsonPartition).optional(),
  }),
});

/** @throws `output-unexpected` for everything but a consistent msdos or GPT table. */
export function parseJsonTable(text: string): PartitionTable {
  const { disk } = parseJson('parted -j', text, jsonTable);
  const place = { sizeBytes: disk.size, logicalSectorSizeBytes: disk['logical-sector-size'] };
  const { label, partitions } = disk;
  if (partitions === undefined) throw unexpectedOutput(`parted -j: no table (${label})`, text);
  return checkTable(place, label, partitions);
}

/**
 * The format of parted before 3.5. It has no kinds: on msdos, numbers above 4 are logical, and
 * the partition around them is the extended one. An extended partition that contains nothing
 * looks like a primary one here.
 *
 * @throws `output-unexpected` for everything but a consistent msdos or GPT table.
 */
export function parseMachineTable(text: string): PartitionTable {
  const [header, disk, ...rest] = text.replace(/\n$/, '').split('\n');
  const fields = disk === undefined ? undefined : splitLine(disk);
  if (header !== 'BYT;' || fields?.length !== 8) {
    throw unexpectedOutput('parted -m: not a table', text);
  }
  const [, size = '', , sector = '', , label = ''] = fields;
  const sizeBytes = parseBytes(size);
  const logicalSectorSizeBytes = parseCount(sector);
  if (sizeBytes === undefined || logicalSectorSizeBytes === undefined) {
    throw unexpectedOutput('parted -m: a disk without size', text);
  }
  const partitions = rest.map((line) => parseMachineLine(line, label));
  const kinds = partitions.map((partition) => withKind(partition, partitions, label));
  return checkTable({ sizeBytes, logicalSectorSizeBytes }, label, kinds);
}

function parseMachineLine(line: string, label: string): PrintedPartition {
  const fields = splitLine(line);
  const [numberText = '', start = '', end = '', size = '', , name = '', flags = ''] = fields ?? [];
  const number = parseCount(numberText);
  const startBytes = parseBytes(start);
  const endBytes = parseBytes(end);
  const sizeBytes = parseBytes(size);
  if (
    fields?.length !== 7 ||
    number === undefined ||
    startBytes === undefined ||
    endBytes === undefined ||
    sizeBytes === undefined
  ) {
    throw unexpectedOutput('parted -m: a line that is no partition', line);
  }
  const kind = label === 'msdos' && number > 4 ? 'logical' : 'primary';
  const place = { number, startBytes, endBytes, sizeBytes, kind } as const;
  return { ...place, ...nameOf(name), flags: flags === '' ? [] : flags.split(', ') };
}

function withKind(
  partition: PrintedPartition,
  all: readonly PrintedPartition[],
  label: string,
): PrintedPartition {
  const contains = all.some(
    ({ number, startBytes, endBytes }) =>
      number > 4 && partition.startBytes < startBytes && endBytes <= partition.endBytes,
  );
  const extended = label === 'msdos' && partition.number <= 4 && contains;
  return extended ? { ...partition, kind: 'extended' } : partition;
}

/** Fields of `a:b\:c;`, with parted's backslashes undone; `undefined` without the semicolon. */
function splitLine(line: string): readonly string[] | undefined {
  if (!line.endsWith(';')) return undefined;
  const fields = line.slice(0, -1).match(/(?:^|:)((?:[^\\:]|\\.)*)/g) ?? [];
  return fields.map((field, index) =>
    (index === 0 ? field : field.slice(1)).replaceAll(/\\(.)/g, '$1'),
  );
}

function parseBytes(text: string): number | undefined {
  return text.endsWith('B') ? parseCount(text.slice(0, -1)) : undefined;
}

function nameOf(name: string): { readonly name?: string } {
  return name === '' ? {} : { name };
}
