import type { Machine } from '../world/state.js';
import type { DeviceKey, DeviceOpening, MapDevice, Target } from './types.js';

/** Devices a table line lies on. */
export function devicesOfTarget(target: Target): readonly DeviceKey[] {
  switch (target.kind) {
    case 'linear':
    case 'snapshot-origin':
      return [target.device];
    case 'striped':
      return target.stripes.map((stripe) => stripe.device);
    case 'snapshot':
      return [target.origin, target.cow];
    case 'thin-pool':
      return [target.metadata, target.data];
    case 'thin':
      return [target.pool];
    case 'error':
    case 'zero':
      return [];
  }
}

/** Maps that lie on a device, each once, as the kernel opens it; in order of their numbers. */
export function mapsOver(machine: Machine, key: DeviceKey): readonly MapDevice[] {
  return [...machine.devices.values()]
    .filter((device) => device.kind === 'map')
    .filter((map) => map.table.some((line) => devicesOfTarget(line).includes(key)))
    .sort((left, right) => left.number.minor - right.number.minor);
}

/** The kernel's open count: maps above, mounts, domains, swap, processes, udev. */
export function openCount(machine: Machine, key: DeviceKey): number {
  return mapsOver(machine, key).length + openingsOf(machine, key).length;
}

export function openingsOf(machine: Machine, key: DeviceKey): readonly DeviceOpening[] {
  return machine.openings.filter((opening) => opening.device === key);
}

/**
 * Opens a device for somebody.
 *
 * @returns closes it again; a second call does nothing.
 */
export function openDevice(machine: Machine, opening: DeviceOpening): () => void {
  machine.openings.push(opening);
  return () => {
    const index = machine.openings.indexOf(opening);
    if (index !== -1) machine.openings.splice(index, 1);
  };
}
