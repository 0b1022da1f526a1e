import { SimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import { deviceOf, keyOf, sectorsOf } from './devices.js';
import { mergeExtents } from './places.js';
import type {
  BlockDevice,
  ContentRecord,
  DeviceKey,
  ExceptionStoreContent,
  Extent,
  MapDevice,
  SnapshotTarget,
  StripedTarget,
  Target,
  ThinTarget,
} from './types.js';
import { liveView } from './types.js';

/** A piece of a device: what a caller wants to read or write. */
export interface SectorRange {
  readonly start: number;
  readonly sectors: number;
}

/** The key of a record in a view. */
export function placeKey(place: { readonly space: string; readonly start: number }): string {
  return `${place.space}:${place.start}`;
}

/** The whole of a device. */
export function wholeOf(device: BlockDevice): SectorRange {
  return { start: 0, sectors: sectorsOf(device) };
}

/** What was resolved while no table of the machine has changed. */
interface ResolvedDevices {
  readonly generation: number;
  /** Whole devices. */
  readonly extents: Map<DeviceKey, readonly Extent[]>;
  /** Their first sectors: readable also where something behind them is not. */
  readonly starts: Map<DeviceKey, Extent | undefined>;
}

const resolvedDevices = new WeakMap<Machine, ResolvedDevices>();

/**
 * The pieces of a whole device. Remembered, because a striped volume has thousands and every look
 * into a mounted file system asks for them.
 *
 * @throws as {@link resolveRange}.
 */
export function resolveWhole(machine: Machine, key: DeviceKey): readonly Extent[] {
  const { extents } = resolvedOn(machine);
  const whole = extents.get(key) ?? resolveRange(machine, key, wholeOf(deviceOf(machine, key)));
  extents.set(key, whole);
  return whole;
}

function resolvedOn(machine: Machine): ResolvedDevices {
  const known = resolvedDevices.get(machine);
  if (known?.generation === machine.tableGeneration) return known;
  const fresh = { generation: machine.tableGeneration, extents: new Map(), starts: new Map() };
  resolvedDevices.set(machine, fresh);
  return fresh;
}

/**
 * The pieces of backing store that a range of a device shows, in order, neighbours joined.
 *
 * @throws SimulationError `input-output` beyond the end, behind an error target or an invalid
 * snapshot; `device-missing`.
 */
export function resolveRange(machine: Machine, key: DeviceKey, range: SectorRange): Extent[] {
  return mergeExtents(translate(machine, deviceOf(machine, key), range));
}

function translate(machine: Machine, device: BlockDevice, range: SectorRange): Extent[] {
  if (range.start < 0 || range.start + range.sectors > sectorsOf(device)) {
    throw inputOutputError(device, 'beyond the end');
  }
  switch (device.kind) {
    case 'disk':
    case 'loop':
      return [{ space: device.space, view: liveView, ...range }];
    case 'partition':
      return translate(machine, deviceOf(machine, device.parent), {
        start: device.start + range.start,
        sectors: range.sectors,
      });
    case 'map':
      return device.table.flatMap((target) => {
        const part = overlap(target, range);
        return part === undefined ? [] : translateTarget(machine, device, target, part);
      });
  }
}

/** The part of a range that a table line covers, counted from the line's start. */
function overlap(target: Target, range: SectorRange): SectorRange | undefined {
  const start = Math.max(target.start, range.start);
  const end = Math.min(target.start + target.sectors, range.start + range.sectors);
  return end > start ? { start: start - target.start, sectors: end - start } : undefined;
}

function translateTarget(
  machine: Machine,
  device: MapDevice,
  target: Target,
  range: SectorRange,
): Extent[] {
  const below = (key: DeviceKey, offset: number): Extent[] =>
    translate(machine, deviceOf(machine, key), {
      start: offset + range.start,
      sectors: range.sectors,
    });
  switch (target.kind) {
    case 'linear':
      return below(target.device, target.offset);
    case 'snapshot-origin':
      return below(target.device, target.start);
    case 'striped':
      return translateStriped(machine, target, range);
    case 'snapshot': {
      const { view } = healthyStore(machine, device, target);
      return below(target.origin, target.start).map((extent) => ({ ...extent, view }));
    }
    case 'thin':
      return [translateThin(machine, device, target, range)];
    case 'zero':
      return [{ space: 'zero', view: liveView, ...range }];
    case 'error':
    case 'thin-pool':
      throw inputOutputError(device, target.kind);
  }
}

function translateStriped(machine: Machine, target: StripedTarget, range: SectorRange): Extent[] {
  const extents: Extent[] = [];
  const count = target.stripes.length;
  let position = range.start;
  const end = range.start + range.sectors;
  while (position < end) {
    const chunk = Math.floor(position / target.chunkSectors);
    const inside = position % target.chunkSectors;
    const sectors = Math.min(target.chunkSectors - inside, end - position);
    const stripe = target.stripes[chunk % count];
    if (stripe === undefined) throw new SimulationError('invalid', '', 'striped without stripes');
    const start = stripe.offset + Math.floor(chunk / count) * target.chunkSectors + inside;
    extents.push(...translate(machine, deviceOf(machine, stripe.device), { start, sectors }));
    position += sectors;
  }
  return extents;
}

function translateThin(
  machine: Machine,
  device: MapDevice,
  target: ThinTarget,
  range: SectorRange,
): Extent {
  const line = thinPoolLine(machine, target.pool);
  const volume =
    line === undefined ? undefined : machine.thinPools.get(line)?.volumes.get(target.deviceId);
  if (volume === undefined) throw inputOutputError(device, 'no such thin volume');
  return { space: volume.space, view: volume.view, ...range };
}

/** Key of the state of the pool behind a thin-pool map. */
export function thinPoolLine(machine: Machine, pool: DeviceKey): string | undefined {
  const device = machine.devices.get(pool);
  const line = device?.kind === 'map' ? device.table[0] : undefined;
  // LVM puts a linear map between the pool's public volume and the pool itself.
  if (line?.kind === 'linear') return thinPoolLine(machine, line.device);
  return line?.kind === 'thin-pool' ? line.pool : undefined;
}

function healthyStore(
  machine: Machine,
  device: MapDevice,
  target: SnapshotTarget,
): ExceptionStoreContent {
  const store = exceptionStoreOf(machine, target);
  if (store?.status !== 'valid') throw inputOutputError(device, 'snapshot invalid');
  return store;
}

/** What the copy-on-write device of a snapshot holds. */
export function exceptionStoreOf(
  machine: Machine,
  target: SnapshotTarget,
): ExceptionStoreContent | undefined {
  const content = recordAt(machine, target.cow)?.content;
  return content?.kind === 'exception-store' ? content : undefined;
}

/**
 * The record at a sector of a device, `undefined` when nothing was written there.
 *
 * @param sector - default 0
 * @throws as {@link resolveRange}.
 */
export function recordAt(machine: Machine, key: DeviceKey, sector = 0): ContentRecord | undefined {
  const first = sector === 0 ? startOf(machine, key) : extentAt(machine, key, sector);
  return first === undefined ? undefined : machine.views.get(first.view)?.get(placeKey(first));
}

function startOf(machine: Machine, key: DeviceKey): Extent | undefined {
  const { starts } = resolvedOn(machine);
  if (!starts.has(key)) starts.set(key, extentAt(machine, key, 0));
  return starts.get(key);
}

function extentAt(machine: Machine, key: DeviceKey, sector: number): Extent | undefined {
  if (sectorsOf(deviceOf(machine, key)) <= sector) return undefined;
  return resolveRange(machine, key, { start: sector, sectors: 1 })[0];
}

function inputOutputError(device: BlockDevice, why: string): SimulationError {
  return new SimulationError(
    'input-output',
    `/dev/${device.kernelName}`,
    `input/output error on /dev/${device.kernelName} (${keyOf(device.number)}): ${why}`,
  );
}
