import { keyOf } from '../block/devices.js';
import { mapsOver, openingsOf } from '../block/openings.js';
import type { Machine } from '../world/state.js';
import { mapOf } from './lookup.js';
import type { VolumeGroupMetadata } from './types.js';
import type { LogicalVolumeMetadata } from './types.js';

/**
 * Who keeps a volume from being taken down, in the order LVM looks: another map lies on it, a file
 * system on it is mounted, somebody else has it open.
 */
export type VolumeUse = 'none' | 'held' | 'mounted' | 'open';

/** Use of a volume's own map; its internal maps do not count. */
export function useOf(
  machine: Machine,
  group: VolumeGroupMetadata,
  volume: LogicalVolumeMetadata,
): VolumeUse {
  const layer = volume.role.kind === 'thin-pool' ? 'pool' : undefined;
  const map = mapOf(machine, group, volume, layer);
  if (map === undefined) return 'none';
  const key = keyOf(map.number);
  if (mapsOver(machine, key).length > 0) return 'held';
  const openings = openingsOf(machine, key);
  if (openings.some(({ by }) => by.kind === 'mount')) return 'mounted';
  return openings.length > 0 ? 'open' : 'none';
}
