import type { Host } from '../../src/ports/index.js';
import type { Machine } from '../world/state.js';
import { simulatedBackingStores } from './backing-stores.js';
import { simulatedContentProbe } from './content-probe.js';
import { simulatedDeviceEvents } from './device-events.js';
import { simulatedDeviceMapper } from './device-mapper.js';
import { simulatedPartitionMapper } from './partition-mapper.js';
import { simulatedPartitionTableReader } from './partition-table-reader.js';
import { simulatedRegionReader } from './region-reader.js';
import { simulatedVolumeManager } from './volume-manager.js';

/** The abilities of a host that are about block devices. */
export type BlockPorts = Pick<
  Host,
  | 'volumes'
  | 'backing'
  | 'deviceMapper'
  | 'partitionMaps'
  | 'partitionTables'
  | 'contents'
  | 'regions'
  | 'deviceEvents'
>;

/** Ports of a simulated machine that work on its state directly, without any command. */
export function simulatedBlockPorts(machine: Machine): BlockPorts {
  return {
    volumes: simulatedVolumeManager(machine),
    backing: simulatedBackingStores(machine),
    deviceMapper: simulatedDeviceMapper(machine),
    partitionMaps: simulatedPartitionMapper(machine),
    partitionTables: simulatedPartitionTableReader(machine),
    contents: simulatedContentProbe(machine),
    regions: simulatedRegionReader(machine),
    deviceEvents: simulatedDeviceEvents(machine),
  };
}
