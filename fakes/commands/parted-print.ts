import { bytesSize, compactSize } from './parted-units.js';
import type { PartedDisk, PartedPartition } from './parted-view.js';

/** How sizes are to be shown: `unit B`, or parted's own choice for each. */
export type PartedUnit = 'bytes' | 'compact';

const formats: Readonly<Record<PartedUnit, (bytes: number) => string>> = {
  bytes: bytesSize,
  compact: compactSize,
};

function endOf({ startBytes, sizeBytes }: PartedPartition): number {
  return startBytes + sizeBytes - 1;
}

/** `parted -m`: fields between colons, a line ends in a semicolon. */
export function machineText(disk: PartedDisk, unit: PartedUnit): string {
  const size = formats[unit];
  const head = [
    disk.path,
    size(disk.bytes),
    disk.transport,
    disk.logicalSectorBytes,
    disk.physicalSectorBytes,
    disk.label,
    disk.model,
    '',
  ];
  const lines = disk.partitions.map((partition) => [
    partition.number,
    size(partition.startBytes),
    size(endOf(partition)),
    size(partition.sizeBytes),
    partition.fileSystem ?? '',
    (partition.name ?? '').replaceAll(/[\\:]/g, '\\$&'),
    partition.flags.join(', '),
  ]);
  return ['BYT', head.join(':'), ...lines.map((line) => line.join(':'))]
    .map((line) => `${line};\n`)
    .join('');
}

/** `parted -j`. */
export function jsonText(disk: PartedDisk, unit: PartedUnit): string {
  const size = formats[unit];
  const count = { msdos: 4, gpt: 128, loop: 1, unknown: 0 }[disk.label];
  const members = [
    `"path": ${quote(disk.path)}`,
    `"size": ${quote(size(disk.bytes))}`,
    `"model": ${quote(disk.model)}`,
    `"transport": ${quote(disk.transport)}`,
    `"logical-sector-size": ${disk.logicalSectorBytes}`,
    `"physical-sector-size": ${disk.physicalSectorBytes}`,
    `"label": ${quote(disk.label)}`,
    ...(disk.label === 'unknown' ? [] : [`"max-partitions": ${count}`]),
    // A table without partitions has an empty list; only where there is no table it is absent.
    ...(disk.label === 'unknown' ? [] : [partitionsJson(disk.partitions, size)]),
  ];
  return `{\n   "disk": {\n      ${members.join(',\n      ')}\n   }\n}\n`;
}

function partitionsJson(
  partitions: readonly PartedPartition[],
  size: (bytes: number) => string,
): string {
  const objects = partitions.map((partition) => {
    const members = [
      `"number": ${partition.number}`,
      `"start": ${quote(size(partition.startBytes))}`,
      `"end": ${quote(size(endOf(partition)))}`,
      `"size": ${quote(size(partition.sizeBytes))}`,
      `"type": ${quote(partition.type)}`,
      ...(partition.name === undefined ? [] : [`"name": ${quote(partition.name)}`]),
      ...(partition.fileSystem === undefined
        ? []
        : [`"filesystem": ${quote(partition.fileSystem)}`]),
      ...(partition.flags.length === 0 ? [] : [flagsJson(partition.flags)]),
    ];
    return `{\n            ${members.join(',\n            ')}\n         }`;
  });
  const lines = objects.length === 0 ? '' : `         ${objects.join(',')}`;
  return `"partitions": [\n${lines}\n      ]`;
}

function flagsJson(flags: readonly string[]): string {
  return `"flags": [\n                ${flags.map(quote).join(', ')}\n            ]`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}

/** The table for people. */
export function humanText(disk: PartedDisk, unit: PartedUnit): string {
  const size = formats[unit];
  const head = [
    `Model: ${disk.model} (${disk.transport})`,
    `Disk ${disk.path}: ${size(disk.bytes)}`,
    `Sector size (logical/physical): ${disk.logicalSectorBytes}B/${disk.physicalSectorBytes}B`,
    `Partition Table: ${disk.label}`,
    'Disk Flags: ',
  ]
    .map((line) => `${line}\n`)
    .join('');
  if (disk.label === 'unknown') return head;
  return `${head}\n${tableText(disk, size)}\n`;
}

function tableText(disk: PartedDisk, size: (bytes: number) => string): string {
  const hasTypes = disk.label === 'msdos';
  const hasNames = disk.label === 'gpt';
  const title = [
    'Number',
    'Start',
    'End',
    'Size',
    ...(hasTypes ? ['Type'] : []),
    'File system',
    ...(hasNames ? ['Name'] : []),
    'Flags',
  ];
  const rows = disk.partitions.map((partition) => [
    `${String(partition.number).padStart(2)} `,
    size(partition.startBytes),
    size(endOf(partition)),
    size(partition.sizeBytes),
    ...(hasTypes ? [partition.type] : []),
    partition.fileSystem ?? '',
    ...(hasNames ? [partition.name ?? ''] : []),
    partition.flags.join(', '),
  ]);
  const widths = title.map((_, column) =>
    Math.max(...[title, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  return [title, ...rows]
    .map((row) => {
      const padded = row.map((text, column) => text.padEnd(widths[column] ?? 0));
      return `${padded.join('  ').trimEnd()}\n`;
    })
    .join('');
}
