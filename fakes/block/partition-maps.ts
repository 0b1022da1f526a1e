import { isSimulationError, type SimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import { allMaps, keyOf, mapNamed, mapWithUuid } from './devices.js';
import { createMap, removeMap, replaceTable } from './maps.js';
import { openCount } from './openings.js';
import { partitionTableOn } from './partitions.js';
import type { BlockDevice, DeviceKey, LinearTarget, MapDevice } from './types.js';

/** A partition as kpartx maps it. */
export interface Slice {
  readonly number: number;
  readonly start: number;
  /** Two for an extended partition: room for a boot loader, nothing of what is inside. */
  readonly sectors: number;
  /** Number of the extended partition that contains it. */
  readonly container?: number;
}

const extendedSectors = 2;

/** The slices of a device's table: those of the table itself, then those inside the extended one. */
export function slicesOf(machine: Machine, key: DeviceKey): readonly Slice[] {
  const entries = partitionTableOn(machine, key)?.entries ?? [];
  const extended = entries.find((entry) => entry.kind === 'extended');
  const slices = [...entries]
    .sort((left, right) => left.number - right.number)
    .map(({ number, kind, start, sectors }): Slice => {
      if (kind === 'extended') return { number, start, sectors: extendedSectors };
      const container = kind === 'logical' ? extended?.number : undefined;
      return { number, start, sectors, ...(container === undefined ? {} : { container }) };
    });
  return [
    ...slices.filter(({ container }) => container === undefined),
    ...slices.filter(({ container }) => container !== undefined),
  ];
}

/** Name under which kpartx knows a device: its map's, else the node's. */
export function mapNameOf(device: BlockDevice): string {
  return device.kind === 'map' ? device.name : device.kernelName;
}

/** UUID from which those of the partitions are made; a device that is no map gets an invented one. */
function parentUuidOf(device: BlockDevice): string {
  if (device.kind === 'map' && device.uuid !== '') return device.uuid;
  return `devnode_${keyOf(device.number)}_Wh5pYvM`;
}

/** What became of one slice. */
export type SliceResult =
  | { readonly kind: 'mapped'; readonly slice: Slice; readonly map: MapDevice }
  | {
      readonly kind: 'refused';
      readonly name: string;
      readonly reason: 'not a kpartx partition' | 'a partition of a different device';
    }
  | { readonly kind: 'failed'; readonly name: string; readonly error: SimulationError };

export interface PartitionMapping {
  readonly delimiter: string;
  readonly access: 'read-only' | 'read-write';
}

/** Maps every slice; maps that are there already get their table anew. */
export function mapSlices(
  machine: Machine,
  device: BlockDevice,
  mapping: PartitionMapping,
): readonly SliceResult[] {
  return slicesOf(machine, keyOf(device.number)).map((slice) =>
    mapSlice(machine, device, slice, mapping),
  );
}

function mapSlice(
  machine: Machine,
  device: BlockDevice,
  slice: Slice,
  mapping: PartitionMapping,
): SliceResult {
  const name = `${mapNameOf(device)}${mapping.delimiter}${slice.number}`;
  const uuid = `part${slice.number}-${parentUuidOf(device)}`;
  const named = mapNamed(machine, name);
  if (named !== undefined && named.uuid !== '' && named.uuid !== uuid) {
    const reason = /^part\d+-/.test(named.uuid)
      ? 'a partition of a different device'
      : 'not a kpartx partition';
    return { kind: 'refused', name, reason };
  }
  const line: LinearTarget = {
    kind: 'linear',
    start: 0,
    sectors: slice.sectors,
    device: keyOf(device.number),
    offset: slice.start,
  };
  try {
    return { kind: 'mapped', slice, map: ensureMap(machine, { name, uuid, line, mapping }) };
  } catch (error) {
    if (!isSimulationError(error)) throw error;
    return { kind: 'failed', name, error };
  }
}

function ensureMap(
  machine: Machine,
  wanted: { name: string; uuid: string; line: LinearTarget; mapping: PartitionMapping },
): MapDevice {
  const { name, uuid, line, mapping } = wanted;
  // The same partition under another name is renamed.
  const known = mapNamed(machine, name) ?? mapWithUuid(machine, uuid);
  if (known === undefined) {
    return createMap(machine, { name, uuid, access: mapping.access, table: [line] });
  }
  known.name = name;
  return replaceTable(machine, name, [line]);
}

/** What became of one map over a device. */
export interface RemovalResult {
  readonly kind: 'removed' | 'in-use' | 'not-linear' | 'not-a-partition';
  readonly name: string;
}

/**
 * Removes the partition maps of a device in order of their names, until one of them is in use.
 *
 * The last result is `in-use` then, and the maps after it stay.
 */
export function unmapSlices(machine: Machine, device: BlockDevice): readonly RemovalResult[] {
  const number = keyOf(device.number);
  const results: RemovalResult[] = [];
  for (const map of allMaps(machine)) {
    const [line, ...others] = map.table;
    if (map === device || others.length > 0 || line === undefined) continue;
    // kpartx looks for the number as a part of the text: 253:1 is found in 253:10 too.
    if (!parametersOf(line).includes(number)) continue;
    const result = unmapOne(machine, device, map);
    results.push(result);
    if (result.kind === 'in-use') break;
  }
  return results;
}

function parametersOf(line: MapDevice['table'][number]): string {
  switch (line.kind) {
    case 'linear':
    case 'snapshot-origin':
      return line.device;
    case 'striped':
      return line.stripes.map(({ device }) => device).join(' ');
    case 'snapshot':
      return `${line.origin} ${line.cow}`;
    case 'thin':
      return line.pool;
    case 'thin-pool':
      return `${line.metadata} ${line.data}`;
    case 'error':
    case 'zero':
      return '';
  }
}

function unmapOne(machine: Machine, device: BlockDevice, map: MapDevice): RemovalResult {
  const { name } = map;
  if (map.table[0]?.kind !== 'linear') return { kind: 'not-linear', name };
  const isOurs = map.uuid.replace(/^part\d+-/, '') === parentUuidOf(device);
  if (!isOurs || !/^part\d+-/.test(map.uuid)) return { kind: 'not-a-partition', name };
  if (openCount(machine, keyOf(map.number)) > 0) return { kind: 'in-use', name };
  removeMap(machine, name);
  return { kind: 'removed', name };
}
