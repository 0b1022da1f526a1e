import type { Machine } from '../world/state.js';
import { deviceOf } from './devices.js';
import { devicesOfTarget } from './openings.js';
import { type BlockDevice, sectorBytes } from './types.js';

/** What a device reads and writes at the least. */
export interface SectorSizes {
  readonly logicalSectorBytes: number;
  readonly physicalSectorBytes: number;
}

const usualSizes: SectorSizes = {
  logicalSectorBytes: sectorBytes,
  physicalSectorBytes: sectorBytes,
};

/** Maps have the largest sectors of what they lie on. */
export function sectorSizes(machine: Machine, device: BlockDevice): SectorSizes {
  switch (device.kind) {
    case 'disk':
      return device;
    case 'loop':
      return device.logicalSectorBytes === undefined
        ? usualSizes
        : {
            logicalSectorBytes: device.logicalSectorBytes,
            physicalSectorBytes: device.logicalSectorBytes,
          };
    case 'partition':
      return sectorSizes(machine, deviceOf(machine, device.parent));
    case 'map':
      return device.table
        .flatMap(devicesOfTarget)
        .map((key) => sectorSizes(machine, deviceOf(machine, key)))
        .reduce(
          (largest, sizes) => ({
            logicalSectorBytes: Math.max(largest.logicalSectorBytes, sizes.logicalSectorBytes),
            physicalSectorBytes: Math.max(largest.physicalSectorBytes, sizes.physicalSectorBytes),
          }),
          usualSizes,
        );
  }
}
