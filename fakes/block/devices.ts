import type { DeviceNumber } from '../../src/core/model/index.js';
import { SimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import { logicalVolumeLink } from './lvm-names.js';
import type { BlockDevice, DeviceKey, MapDevice } from './types.js';

/** Major number of device-mapper on the hosts measured. */
export const mapMajor = 253;

export function keyOf(number: DeviceNumber): DeviceKey {
  return `${number.major}:${number.minor}`;
}

/** All devices in the order of the kernel's numbers. */
export function allDevices(machine: Machine): readonly BlockDevice[] {
  return [...machine.devices.values()].sort(
    (left, right) =>
      left.number.major - right.number.major || left.number.minor - right.number.minor,
  );
}

/** All maps sorted by name, as the kernel lists them. */
export function allMaps(machine: Machine): readonly MapDevice[] {
  return [...machine.devices.values()]
    .filter((device) => device.kind === 'map')
    .sort((left, right) => compareBytes(left.name, right.name));
}

function compareBytes(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

export function mapNamed(machine: Machine, name: string): MapDevice | undefined {
  return findMap(machine, (map) => map.name === name);
}

export function mapWithUuid(machine: Machine, uuid: string): MapDevice | undefined {
  return findMap(machine, (map) => map.uuid === uuid);
}

function findMap(machine: Machine, wanted: (map: MapDevice) => boolean): MapDevice | undefined {
  for (const device of machine.devices.values()) {
    if (device.kind === 'map' && wanted(device)) return device;
  }
  return undefined;
}

/** @throws SimulationError `device-missing`. */
export function deviceOf(machine: Machine, key: DeviceKey): BlockDevice {
  const device = machine.devices.get(key);
  if (device === undefined) {
    throw new SimulationError('device-missing', key, `no block device ${key}`);
  }
  return device;
}

export function sectorsOf(device: BlockDevice): number {
  if (device.kind !== 'map') return device.sectors;
  const last = device.table.at(-1);
  return last === undefined ? 0 : last.start + last.sectors;
}

/** Every path under /dev that leads to the device. The first is the one most tools print. */
export function pathsOf(device: BlockDevice): readonly string[] {
  const node = `/dev/${device.kernelName}`;
  if (device.kind !== 'map') return [node];
  const link = logicalVolumeLink(device.name, device.uuid);
  return [
    `/dev/mapper/${device.name}`,
    ...(link === undefined ? [] : [link]),
    node,
    `/dev/disk/by-id/dm-name-${device.name}`,
    ...(device.uuid === '' ? [] : [`/dev/disk/by-id/dm-uuid-${device.uuid}`]),
  ];
}

/** The path most tools print: `/dev/mapper/NAME` for maps, `/dev/vdb` for the rest. */
export function mainPath(device: BlockDevice): string {
  return device.kind === 'map' ? `/dev/mapper/${device.name}` : `/dev/${device.kernelName}`;
}

/** The device a path leads to, `undefined` when there is none. */
export function deviceAt(machine: Machine, path: string): BlockDevice | undefined {
  if (!path.startsWith('/dev/')) return undefined;
  for (const device of machine.devices.values()) {
    if (pathsOf(device).includes(path)) return device;
  }
  return undefined;
}

/** @throws SimulationError `device-missing`. */
export function requireDeviceAt(machine: Machine, path: string): BlockDevice {
  const device = deviceAt(machine, path);
  if (device === undefined) {
    throw new SimulationError('device-missing', path, `no block device ${path}`);
  }
  return device;
}
