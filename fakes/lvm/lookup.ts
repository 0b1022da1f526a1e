import { mapWithUuid } from '../block/devices.js';
import { lvmMapUuid } from '../block/lvm-names.js';
import type { MapDevice } from '../block/types.js';
import { SimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import type { LogicalVolumeMetadata, VolumeGroupMetadata } from './types.js';

export function findVolume(
  group: VolumeGroupMetadata,
  name: string,
): LogicalVolumeMetadata | undefined {
  return group.logicalVolumes.find((volume) => volume.name === name);
}

/** @throws SimulationError `not-found`. */
export function volumeNamed(group: VolumeGroupMetadata, name: string): LogicalVolumeMetadata {
  const volume = findVolume(group, name);
  if (volume === undefined) {
    throw new SimulationError('not-found', `${group.name}/${name}`, `no volume ${name}`);
  }
  return volume;
}

/** Thick snapshots of a volume, in order of creation. */
export function thickSnapshotsOf(
  group: VolumeGroupMetadata,
  origin: string,
): readonly LogicalVolumeMetadata[] {
  return group.logicalVolumes.filter(
    ({ role }) => role.kind === 'snapshot' && role.origin === origin,
  );
}

/** The map of an active volume; `layer` names one of its internal maps. */
export function mapOf(
  machine: Machine,
  group: VolumeGroupMetadata,
  volume: LogicalVolumeMetadata,
  layer?: string,
): MapDevice | undefined {
  return mapWithUuid(machine, lvmMapUuid(group.uuid, volume.uuid, layer));
}

/** Key of a thin pool's state. */
export function poolKey(group: VolumeGroupMetadata, pool: LogicalVolumeMetadata): string {
  return `${group.uuid}/${pool.uuid}`;
}
