import { mapsOver, openingsOf } from '../block/openings.js';
import type { DeviceKey } from '../block/types.js';
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

const retries = 25;
const retryDelayMs = 200;

/** Asks until something is free, as long as the real tools do: 5 s. */
export async function waitUntil(machine: Machine, isFree: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < retries && !isFree(); tries += 1) {
    await machine.world.clock.sleep(retryDelayMs);
  }
  return isFree();
}
