import type { Machine } from '../world/state.js';
import { deviceOf, keyOf, sectorsOf } from './devices.js';
import { recordAt } from './resolve.js';
import type { BlockDevice, DeviceKey, PartitionTableContent, TableEntry } from './types.js';

/** The partition table at the start of a device, `undefined` when there is none. */
export function partitionTableOn(
  machine: Machine,
  key: DeviceKey,
): PartitionTableContent | undefined {
  const content = recordAt(machine, key)?.content;
  return content?.kind === 'partition-table' ? content : undefined;
}

/** Whether the whole of a table's disk is there: GPT keeps a copy at the end, msdos does not. */
export function tableFits(machine: Machine, key: DeviceKey, table: PartitionTableContent): boolean {
  const sectors = sectorsOf(deviceOf(machine, key));
  if (table.label === 'msdos') return table.entries.every((entry) => endOf(entry) <= sectors);
  const record = recordAt(machine, key);
  return record === undefined || sectorsOfLayout(record.layout) <= sectors;
}

/** Size of the disk that a table was written for. */
export function tableSectors(machine: Machine, key: DeviceKey): number {
  return sectorsOfLayout(recordAt(machine, key)?.layout ?? []);
}

function sectorsOfLayout(layout: readonly { readonly sectors: number }[]): number {
  return layout.reduce((sum, place) => sum + place.sectors, 0);
}

function endOf(entry: TableEntry): number {
  return entry.start + entry.sectors;
}

/** Where a device stands in the table of another one. */
export interface PartitionPlace {
  readonly disk: BlockDevice;
  readonly table: PartitionTableContent;
  readonly entry: TableEntry;
}

const partitionUuid = /^part(\d+)-/;

/**
 * The table entry of a partition: of the kernel's own, and of maps whose UUID says `partN-...`, as
 * kpartx makes them. Other maps are never partitions, wherever they lie.
 */
export function partitionPlaceOf(
  machine: Machine,
  device: BlockDevice,
): PartitionPlace | undefined {
  const claim = claimOf(device);
  const disk = claim === undefined ? undefined : machine.devices.get(claim.disk);
  if (claim === undefined || disk === undefined) return undefined;
  const table = partitionTableOn(machine, keyOf(disk.number));
  const entry = table?.entries.find(({ number }) => number === claim.number);
  const isTrue = entry?.start === claim.start;
  return table === undefined || entry === undefined || !isTrue ? undefined : { disk, table, entry };
}

function claimOf(
  device: BlockDevice,
): { disk: DeviceKey; number: number; start: number } | undefined {
  if (device.kind === 'partition') {
    const { parent, partitionNumber, start } = device;
    return { disk: parent, number: partitionNumber, start };
  }
  const match = device.kind === 'map' ? partitionUuid.exec(device.uuid) : null;
  const line = device.kind === 'map' ? device.table[0] : undefined;
  if (match?.[1] === undefined || line?.kind !== 'linear') return undefined;
  return { disk: line.device, number: Number(match[1]), start: line.offset };
}

/** PARTUUID: a GUID in GPT; disk identifier and number in msdos. */
export function partitionUuidOf({ table, entry }: PartitionPlace): string {
  return entry.uuid ?? `${table.uuid}-${entry.number.toString(16).padStart(2, '0')}`;
}
