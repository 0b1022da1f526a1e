import { SimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import { deviceOf, keyOf, sectorsOf } from './devices.js';
import { devicesOfTarget } from './openings.js';
import { placeKey, recordAt, resolveRange, resolveWhole, type SectorRange } from './resolve.js';
import { copyOnWrite } from './snapshots.js';
import { provisionThin } from './thin-pools.js';
import type { BlockDevice, ContentRecord, DeviceKey, Extent } from './types.js';
import { sectorBytes } from './types.js';

/**
 * Accounts for a write to a range of a device: snapshots of it copy first, thin volumes get
 * blocks. What is written is not told here: contents change in their own ways.
 *
 * @throws SimulationError `read-only`; `input-output` when the device is a snapshot that has no
 * room for it (it is invalid then); `no-space` for a full thin pool.
 */
export function noteWrite(machine: Machine, key: DeviceKey, range: SectorRange): void {
  const device = deviceOf(machine, key);
  if (device.readOnly) {
    throw new SimulationError('read-only', device.kernelName, `${device.kernelName} is read-only`);
  }
  const extents = resolveRange(machine, key, range);
  machine.world.writeSequence += 1;
  countWrite(machine, key, range.sectors);
  provisionThin(machine, extents);
  for (const { map } of copyOnWrite(machine, extents)) {
    machine.kernelLog.push({
      atMs: machine.world.clock.elapsedMs(),
      text: 'device-mapper: snapshots: Invalidating snapshot: Unable to allocate exception.',
    });
    for (const listener of machine.kernelListeners) listener({ kind: 'snapshot-invalid', map });
  }
  // A write through the snapshot that broke it fails itself.
  resolveRange(machine, key, range);
}

/**
 * Accounts for what a mounted file system, or a guest on its own disk, writes: at the place where
 * it left off, round and round in its device.
 *
 * @param bytes - rounded up to sectors, at least one.
 * @throws as {@link noteWrite}.
 */
export function noteFileSystemWrite(machine: Machine, key: DeviceKey, bytes: number): void {
  const record = recordAt(machine, key);
  const size = sectorsOf(deviceOf(machine, key));
  let left = Math.min(size, Math.max(1, Math.ceil(bytes / sectorBytes)));
  let cursor = record?.writeCursor ?? 0;
  while (left > 0) {
    const start = cursor % size;
    const sectors = Math.min(left, size - start);
    noteWrite(machine, key, { start, sectors });
    cursor = start + sectors;
    left -= sectors;
  }
  if (record !== undefined) markWritten(machine, key, record, cursor);
}

function markWritten(
  machine: Machine,
  key: DeviceKey,
  record: ContentRecord,
  cursor: number,
): void {
  const [first] = record.layout;
  if (first === undefined) return;
  for (const part of partsOf(machine, resolveWhole(machine, key), placeKey(first))) {
    part.lastWrite = machine.world.writeSequence;
    part.writeCursor = cursor;
  }
}

/** The record as each view among the extents knows it. */
function partsOf(
  machine: Machine,
  extents: readonly Extent[],
  recordKey: string,
): readonly ContentRecord[] {
  const views = new Set(extents.map((extent) => extent.view));
  return [...views].flatMap((view) => machine.views.get(view)?.get(recordKey) ?? []);
}

/** What the kernel keeps: counters of every device that a write passes, times of image files. */
function countWrite(machine: Machine, key: DeviceKey, sectors: number): void {
  for (const device of devicesBelow(machine, key)) {
    const below = keyOf(device.number);
    machine.sectorsWritten.set(below, (machine.sectorsWritten.get(below) ?? 0) + sectors);
    if (device.kind !== 'loop') continue;
    for (const image of machine.images.values()) {
      if (image.space === device.space) image.writes += 1;
    }
  }
}

/** A device and all it lies on, as far as they are the same bytes. */
function devicesBelow(machine: Machine, key: DeviceKey): readonly BlockDevice[] {
  const device = machine.devices.get(key);
  if (device === undefined) return [];
  const below =
    device.kind === 'map'
      ? device.table.flatMap((target) => (target.kind === 'linear' ? devicesOfTarget(target) : []))
      : device.kind === 'partition'
        ? [device.parent]
        : [];
  return [device, ...[...new Set(below)].flatMap((lower) => devicesBelow(machine, lower))];
}
