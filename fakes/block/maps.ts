import { SimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import { keyOf, mapMajor, mapNamed, mapWithUuid, sectorsOf } from './devices.js';
import { devicesOfTarget, openCount, openingsOf } from './openings.js';
import { activateStore } from './snapshots.js';
import type { DeviceKey, MapDevice, Target } from './types.js';
import { queueUdevEvent } from './udev-queue.js';

export interface MapInit {
  readonly name: string;
  /** Empty when there is none. */
  readonly uuid: string;
  readonly access: 'read-only' | 'read-write';
  readonly table: readonly Target[];
}

/** Longest name and UUID of a map, with their ending zero: DM_NAME_LEN, DM_UUID_LEN. */
const nameLimit = 128;

/**
 * Creates a map with its table, live at once, and tells udev.
 *
 * @throws SimulationError `already-exists` (name or UUID), `device-missing`, `invalid` (a line
 * reaches beyond its device), `input-output`.
 */
export function createMap(machine: Machine, init: MapInit): MapDevice {
  checkNames(machine, init);
  checkTable(machine, init.table);
  const minor = lowestFreeMinor(machine);
  const map: MapDevice = {
    kind: 'map',
    number: { major: mapMajor, minor },
    kernelName: `dm-${minor}`,
    readOnly: init.access === 'read-only',
    name: init.name,
    uuid: init.uuid,
    table: init.table,
    suspended: false,
    eventNumber: 0,
  };
  activateStores(machine, init.table);
  machine.devices.set(keyOf(map.number), map);
  machine.tableGeneration += 1;
  queueUdevEvent(machine, map, 'change');
  return map;
}

function checkNames(machine: Machine, init: MapInit): void {
  if (init.name === '' || init.name.includes('/') || Buffer.byteLength(init.name) >= nameLimit) {
    throw new SimulationError('invalid', init.name, `not a name for a map: ${init.name}`);
  }
  const taken =
    mapNamed(machine, init.name) !== undefined ||
    (init.uuid !== '' && mapWithUuid(machine, init.uuid) !== undefined);
  if (taken) {
    throw new SimulationError('already-exists', init.name, `${init.name} exists already`);
  }
}

/** The kernel's checks when a table is loaded. */
function checkTable(machine: Machine, table: readonly Target[]): void {
  checkGaps(table);
  for (const target of table) {
    for (const key of devicesOfTarget(target)) checkDevice(machine, key);
    for (const { device, end } of reach(target)) {
      const lower = machine.devices.get(device);
      if (lower !== undefined && end > sectorsOf(lower)) {
        throw new SimulationError('invalid', device, `${device} is too small for the target`);
      }
    }
  }
}

function checkGaps(table: readonly Target[]): void {
  let next = 0;
  for (const { start, sectors } of table) {
    if (start !== next || sectors <= 0) {
      throw new SimulationError('invalid', String(start), 'a gap in the table');
    }
    next = start + sectors;
  }
  if (next === 0) throw new SimulationError('invalid', '', 'an empty table');
}

/** Mounted file systems and swap claim their device for themselves; guests do not. */
function checkDevice(machine: Machine, key: DeviceKey): void {
  if (!machine.devices.has(key)) {
    throw new SimulationError('device-missing', key, `no block device ${key}`);
  }
  const claimed = openingsOf(machine, key).some(
    ({ by }) => by.kind === 'mount' || by.kind === 'swap',
  );
  if (claimed) throw new SimulationError('busy', key, `${key} is claimed by a mount or swap`);
}

/** How far a line reaches into each device under it. */
function reach(target: Target): readonly { device: DeviceKey; end: number }[] {
  switch (target.kind) {
    case 'linear':
      return [{ device: target.device, end: target.offset + target.sectors }];
    case 'striped':
      return target.stripes.map(({ device, offset }) => ({
        device,
        end: offset + Math.ceil(target.sectors / target.stripes.length),
      }));
    case 'snapshot':
      return [{ device: target.origin, end: target.start + target.sectors }];
    case 'snapshot-origin':
      return [{ device: target.device, end: target.start + target.sectors }];
    case 'thin':
    case 'thin-pool':
    case 'error':
    case 'zero':
      return [];
  }
}

/** A snapshot line with an empty copy-on-write device starts a new view at this moment. */
function activateStores(machine: Machine, table: readonly Target[]): void {
  for (const target of table) {
    if (target.kind === 'snapshot') activateStore(machine, target);
  }
}

function lowestFreeMinor(machine: Machine): number {
  let minor = 0;
  while (machine.devices.has(keyOf({ major: mapMajor, minor }))) minor += 1;
  return minor;
}

/**
 * Removes a map and tells udev.
 *
 * @throws SimulationError `not-found`, `busy`.
 */
export function removeMap(machine: Machine, name: string): void {
  const map = mapNamed(machine, name);
  if (map === undefined) throw new SimulationError('not-found', name, `no map ${name}`);
  const key = keyOf(map.number);
  if (openCount(machine, key) > 0) {
    throw new SimulationError('busy', name, `${name} is in use`);
  }
  machine.devices.delete(key);
  machine.tableGeneration += 1;
  machine.eventDaemon.monitored.delete(map.uuid);
  queueUdevEvent(machine, map, 'remove');
}

/**
 * Gives a map another table, as reload and resume do. Open maps may be reloaded.
 *
 * @throws as {@link createMap}.
 */
export function replaceTable(machine: Machine, name: string, table: readonly Target[]): MapDevice {
  const map = mapNamed(machine, name);
  if (map === undefined) throw new SimulationError('not-found', name, `no map ${name}`);
  checkTable(machine, table);
  activateStores(machine, table);
  map.table = table;
  machine.tableGeneration += 1;
  queueUdevEvent(machine, map, 'change');
  return map;
}
