import type { LogicalVolumeMetadata, VolumeGroupMetadata } from '../../lvm/types.js';
import { useOf, type VolumeUse } from '../../lvm/use.js';
import type { Machine } from '../../world/state.js';

/** LVM asks so often, and waits so long in between, while a volume is merely open. */
const retries = 25;
const retryDelayMs = 200;

/**
 * Use of a volume, after the time LVM gives a short-lived opener (udev) to go away. A map on it or
 * a mounted file system is not waited for.
 */
export async function waitForRelease(
  machine: Machine,
  group: VolumeGroupMetadata,
  volume: LogicalVolumeMetadata,
): Promise<VolumeUse> {
  let use = useOf(machine, group, volume);
  for (let tries = 0; use === 'open' && tries < retries; tries += 1) {
    await machine.world.clock.sleep(retryDelayMs);
    use = useOf(machine, group, volume);
  }
  return use;
}

/** What LVM says of a volume in use. */
export function useText(
  group: VolumeGroupMetadata,
  volume: LogicalVolumeMetadata,
  use: Exclude<VolumeUse, 'none'>,
): string {
  const name = `${group.name}/${volume.name}`;
  switch (use) {
    case 'held':
      return `Logical volume ${name} is used by another device.`;
    case 'mounted':
      return `Logical volume ${name} contains a filesystem in use.`;
    case 'open':
      return `Logical volume ${name} in use.`;
  }
}
