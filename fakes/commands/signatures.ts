import { contentOn } from '../block/contents.js';
import { keyOf } from '../block/devices.js';
import { sectorSizes } from '../block/sector-sizes.js';
import { partitionPlaceOf, partitionUuidOf } from '../block/partitions.js';
import type { BlockContent, BlockDevice, TableEntry } from '../block/types.js';
import type { Machine } from '../world/state.js';

/** What low-level probing finds, as names and values in the order libblkid gives them. */
export type Signature = readonly (readonly [name: string, value: string])[];

/**
 * Everything blkid finds on a device: what stands on it, and its place in a partition table.
 *
 * @throws SimulationError `input-output`.
 */
export function probe(machine: Machine, device: BlockDevice): Signature {
  const found = contentOn(machine, keyOf(device.number));
  const cut = found?.fit === 'truncated' || isOfOtherSectors(machine, device, found?.content);
  return [
    ...(found === undefined
      ? extendedSignature(machine, device)
      : contentSignature(found.content, cut)),
    ...partitionSignature(machine, device),
  ];
}

/** The header of a GPT stands in its second sector: with other sectors nobody finds it (blkid). */
function isOfOtherSectors(
  machine: Machine,
  device: BlockDevice,
  content: BlockContent | undefined,
): boolean {
  if (content?.kind !== 'partition-table' || content.label !== 'gpt') return false;
  return content.logicalSectorBytes !== sectorSizes(machine, device).logicalSectorBytes;
}

/** The value of one name, `undefined` when it was not found. */
export function valueOf(signature: Signature, name: string): string | undefined {
  return signature.find(([key]) => key === name)?.[1];
}

function contentSignature(content: BlockContent, cut: boolean): Signature {
  switch (content.kind) {
    case 'partition-table':
      // Without its copy at the end a GPT is just the msdos table that protects it.
      if (content.label === 'gpt' && cut) return [['PTTYPE', 'PMBR']];
      return [
        ['PTUUID', content.uuid],
        ['PTTYPE', content.label === 'gpt' ? 'gpt' : 'dos'],
      ];
    case 'physical-volume':
      return [
        ['UUID', content.uuid],
        ['VERSION', 'LVM2 001'],
        ['TYPE', 'LVM2_member'],
        ['USAGE', 'raid'],
      ];
    case 'swap':
      return [
        ...given('LABEL', content.label),
        ...given('UUID', content.uuid),
        ['VERSION', '1'],
        ['TYPE', 'swap'],
        ['USAGE', 'other'],
      ];
    case 'file-system':
      return fileSystemSignature(content);
    case 'exception-store':
      return [
        ['TYPE', 'DM_snapshot_cow'],
        ['USAGE', 'other'],
      ];
    case 'other':
      return [
        ...given('LABEL', content.label),
        ...given('UUID', content.uuid),
        ...given('UUID_SUB', content.subUuid),
        ...given('VERSION', content.version),
        ['TYPE', content.type],
        ['USAGE', content.usage],
      ];
  }
}

function given(name: string, value: string | undefined): Signature {
  return value === undefined || value === '' ? [] : [[name, value]];
}

function fileSystemSignature(content: Extract<BlockContent, { kind: 'file-system' }>): Signature {
  const { type, uuid, subUuid, label, version, blockSizeBytes } = content.image.superblock;
  const isFat = type === 'vfat';
  return [
    ...(isFat && version !== 'FAT32' ? given('SEC_TYPE', 'msdos') : []),
    ...(isFat ? given('LABEL_FATBOOT', label) : []),
    ...given('LABEL', label),
    ...given('UUID', uuid),
    ...given('UUID_SUB', subUuid),
    ...given('VERSION', version),
    ['BLOCK_SIZE', String(blockSizeBytes)],
    ['TYPE', type],
    ['USAGE', 'filesystem'],
  ];
}

/** The first sectors of an extended partition hold a table of their own, without identifier. */
function extendedSignature(machine: Machine, device: BlockDevice): Signature {
  const place = partitionPlaceOf(machine, device);
  return place?.entry.kind === 'extended' ? [['PTTYPE', 'dos']] : [];
}

function partitionSignature(machine: Machine, device: BlockDevice): Signature {
  const place = partitionPlaceOf(machine, device);
  if (place === undefined) return [];
  const { disk, table, entry } = place;
  return [
    ['PART_ENTRY_SCHEME', table.label === 'gpt' ? 'gpt' : 'dos'],
    ...given('PART_ENTRY_NAME', entry.name),
    ['PART_ENTRY_UUID', partitionUuidOf(place)],
    ['PART_ENTRY_TYPE', entry.type],
    ...given('PART_ENTRY_FLAGS', entryFlags(table.label, entry)),
    ['PART_ENTRY_NUMBER', String(entry.number)],
    ['PART_ENTRY_OFFSET', String(entry.start)],
    ['PART_ENTRY_SIZE', String(entry.sectors)],
    ['PART_ENTRY_DISK', keyOf(disk.number)],
  ];
}

/** The active flag of msdos; GPT's legacy-boot attribute, bit 2. */
function entryFlags(label: 'msdos' | 'gpt', entry: TableEntry): string | undefined {
  if (!entry.bootable) return undefined;
  return label === 'gpt' ? '0x4' : '0x80';
}
