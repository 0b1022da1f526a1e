import { contentOn } from '../block/contents.js';
import { sectorSizes } from '../block/sector-sizes.js';
import { deviceOf, keyOf, sectorsOf } from '../block/devices.js';
import { partitionTableOn, tableFits, tableSectors } from '../block/partitions.js';
import { recordAt } from '../block/resolve.js';
import type {
  BlockContent,
  BlockDevice,
  DeviceKey,
  PartitionTableContent,
  TableEntry,
} from '../block/types.js';
import { sectorBytes } from '../block/types.js';
import type { Machine } from '../world/state.js';
import { partitionFlags } from '../block/partition-flags.js';

/** A device as parted sees it. */
export interface PartedDisk {
  readonly path: string;
  readonly bytes: number;
  readonly model: string;
  readonly transport: string;
  readonly logicalSectorBytes: number;
  readonly physicalSectorBytes: number;
  readonly label: 'msdos' | 'gpt' | 'loop' | 'unknown';
  readonly partitions: readonly PartedPartition[];
  /** What parted says on stderr. */
  readonly complaint?: string;
}

export interface PartedPartition {
  readonly number: number;
  readonly startBytes: number;
  readonly sizeBytes: number;
  readonly type: 'primary' | 'extended' | 'logical';
  readonly name?: string;
  readonly fileSystem?: string;
  readonly flags: readonly string[];
}

/** Looks at a device the way parted's probes do. */
export function partedDisk(machine: Machine, device: BlockDevice, path: string): PartedDisk {
  const key = keyOf(device.number);
  const base = {
    path,
    bytes: sectorsOf(device) * sectorBytes,
    ...modelOf(machine, device),
  };
  const table = partitionTableOn(machine, key);
  if (table !== undefined) return { ...base, ...tableView(machine, key, path, table) };
  const fileSystem = fileSystemName(contentOn(machine, key)?.content);
  if (fileSystem === undefined) {
    return { ...base, ...unknown(`Error: ${path}: unrecognised disk label`) };
  }
  const whole: PartedPartition = {
    number: 1,
    startBytes: 0,
    sizeBytes: base.bytes,
    type: 'primary',
    fileSystem,
    flags: [],
  };
  return { ...base, label: 'loop', partitions: [whole] };
}

function unknown(complaint: string): Pick<PartedDisk, 'label' | 'partitions' | 'complaint'> {
  return { label: 'unknown', partitions: [], complaint };
}

function tableView(
  machine: Machine,
  key: DeviceKey,
  path: string,
  table: PartitionTableContent,
): Pick<PartedDisk, 'label' | 'partitions' | 'complaint'> {
  if (!tableFits(machine, key, table)) {
    return unknown(
      table.label === 'msdos'
        ? "Error: Can't have a partition outside the disk!"
        : `Error: Invalid argument during seek for read on ${path}`,
    );
  }
  const entries = [...table.entries].sort((left, right) => left.number - right.number);
  const complaints = [
    ...unusedComplaints(machine, key, path, table),
    ...entries.filter(({ name = '' }) => !isPrintable(name)).map(() => untranslatable),
  ];
  return {
    label: table.label,
    partitions: entries.map((entry) => partitionView(machine, key, table, entry)),
    ...(complaints.length === 0 ? {} : { complaint: complaints.join('\n') }),
  };
}

/** In the C locale parted cannot print other letters, and leaves the whole name out. */
function isPrintable(name: string): boolean {
  return /^[\x20-\x7e]*$/.test(name);
}

const untranslatable = 'Warning: failed to translate partition name';

function unusedComplaints(
  machine: Machine,
  key: DeviceKey,
  path: string,
  table: PartitionTableContent,
): readonly string[] {
  const unused = sectorsOf(deviceOf(machine, key)) - tableSectors(machine, key);
  return table.label === 'gpt' && unused > 0 ? [unusedText(path, unused)] : [];
}

function unusedText(path: string, sectors: number): string {
  return (
    `Warning: Not all of the space available to ${path} appears to be used, you can fix the GPT ` +
    `to use all of the space (an extra ${sectors} blocks) or continue with the current setting? `
  );
}

function partitionView(
  machine: Machine,
  key: DeviceKey,
  table: PartitionTableContent,
  entry: TableEntry,
): PartedPartition {
  const isExtended = entry.kind === 'extended';
  const content = isExtended ? undefined : recordAt(machine, key, entry.start)?.content;
  const fileSystem = fileSystemName(content);
  return {
    number: entry.number,
    startBytes: entry.start * sectorBytes,
    sizeBytes: entry.sectors * sectorBytes,
    type: entry.kind,
    flags: partitionFlags(table.label, entry),
    ...nameOf(entry),
    ...(fileSystem === undefined ? {} : { fileSystem }),
  };
}

function nameOf({ name }: TableEntry): { readonly name?: string } {
  return name === undefined || name === '' || !isPrintable(name) ? {} : { name };
}

/** File systems libparted has probes for, under its own names. */
const partedNames = ['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'ntfs', 'hfsplus', 'jfs', 'reiserfs'];

function fileSystemName(content: BlockContent | undefined): string | undefined {
  if (content?.kind === 'swap') return 'linux-swap(v1)';
  if (content?.kind === 'other') return partedNames.find((name) => name === content.type);
  if (content?.kind !== 'file-system') return undefined;
  const { type, version } = content.image.superblock;
  if (type === 'vfat') return (version ?? 'FAT16').toLowerCase();
  return partedNames.find((name) => name === type);
}

function modelOf(
  machine: Machine,
  device: BlockDevice,
): Pick<PartedDisk, 'model' | 'transport' | 'logicalSectorBytes' | 'physicalSectorBytes'> {
  const sectors = sectorSizes(machine, device);
  switch (device.kind) {
    case 'disk':
      return { model: device.model, transport: device.transport, ...sectors };
    case 'partition':
      return { model: 'Unknown', transport: 'unknown', ...sectors };
    case 'loop':
      return { model: 'Loopback device', transport: 'loopback', ...sectors };
    case 'map': {
      const kind = device.table[0]?.kind ?? 'unknown';
      return { model: `Linux device-mapper (${kind})`, transport: 'dm', ...sectors };
    }
  }
}
