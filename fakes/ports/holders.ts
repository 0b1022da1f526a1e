import type { VolumeHolders } from '../../src/ports/index.js';
import { mapsOver, openingsOf } from '../block/openings.js';
import { deviceAt, keyOf } from '../block/devices.js';
import type { DeviceKey, MapDevice } from '../block/types.js';
import type { Machine } from '../world/state.js';

/** Who holds a device, as an operator reads it: `sleep (pid 4711, has a file open)`, `map VolGroup00-LogVol00`. */
export function holdersOf(machine: Machine, key: DeviceKey): readonly string[] {
  const openers = openingsOf(machine, key).map(({ by }) => {
    switch (by.kind) {
      case 'process':
        return `${machine.processes.get(by.processId)?.name ?? 'process'} (pid ${by.processId}, has a file open)`;
      case 'mount': {
        const mount = machine.mounts.find(({ id }) => id === by.mountId);
        return `mount ${mount?.mountPoint ?? ''}`;
      }
      case 'domain':
        return `guest ${by.domain}`;
      case 'swap':
        return 'swap';
      case 'udev':
        return 'udev';
    }
  });
  return [...openers, ...mapsOver(machine, key).map(({ name }) => `map ${name}`)];
}

/** The same for a volume, and for the maps on it: a partition map, the guest's volumes on that. */
export function holdersOfVolume(machine: Machine, path: string): VolumeHolders {
  const device = deviceAt(machine, path);
  const key = device === undefined ? '' : keyOf(device.number);
  const maps = mapsAbove(machine, key);
  const active = maps.filter(({ uuid }) => uuid.startsWith('LVM-'));
  const above = maps.flatMap((map) =>
    holdersOf(machine, keyOf(map.number)).map((holder) => `${holder} on ${map.name}`),
  );
  return {
    words: [...holdersOf(machine, key), ...above],
    activeGroups: [...new Set(active.map(({ name }) => groupOf(name)))],
  };
}

function mapsAbove(machine: Machine, key: DeviceKey): readonly MapDevice[] {
  return mapsOver(machine, key).flatMap((map) => [map, ...mapsAbove(machine, keyOf(map.number))]);
}

function groupOf(name: string): string {
  return (/^((?:[^-]|--)+)-(?!-)/.exec(name)?.[1] ?? name).replaceAll('--', '-');
}

const retries = 25;
const retryDelayMs = 200;

/** Asks until something is free, as long as the real tools do: 5 s. */
export async function waitUntil(machine: Machine, isFree: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < retries && !isFree(); tries += 1) {
    await machine.world.clock.sleep(retryDelayMs);
  }
  return isFree();
}
