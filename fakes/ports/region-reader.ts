import type { DeviceRegion, RegionReader } from '../../src/ports/index.js';
import { keyOf } from '../block/devices.js';
import { withDeviceAt } from '../block/images.js';
import { bytesOf, digestOf } from '../block/regions.js';
import { isSimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import { portError } from './errors.js';

/** Reads pieces of the devices of a simulated machine. */
export function simulatedRegionReader(machine: Machine): RegionReader {
  const each = <T>(
    regions: readonly DeviceRegion[],
    look: (key: string, region: DeviceRegion) => T,
  ): readonly T[] =>
    regions.map((region) =>
      withDeviceAt(machine, region.device, (device) => {
        if (device === undefined) {
          throw portError(machine, 'device-not-found', `no device ${region.device}`);
        }
        try {
          return look(keyOf(device.number), region);
        } catch (error) {
          if (!isSimulationError(error)) throw error;
          throw portError(machine, 'command-failed', error.message);
        }
      }),
    );
  return {
    digest: async (regions) => each(regions, (key, region) => digestOf(machine, key, region)),
    read: async (regions) =>
      each(regions, (key, region) => Uint8Array.from(bytesOf(machine, key, region))),
  };
}
