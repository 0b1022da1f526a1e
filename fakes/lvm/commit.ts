import { keyOf } from '../block/devices.js';
import { noteWrite } from '../block/writes.js';
import { SimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import type { ScannedGroup } from './scan.js';
import type { LogicalVolumeMetadata, VolumeGroupMetadata } from './types.js';

/** Sectors at the start of a physical volume that a change of metadata writes: one area's worth. */
const metadataWriteSectors = 8;

/**
 * Writes changed metadata to every physical volume that is present.
 *
 * @returns the group as it is now.
 * @throws SimulationError `invalid` when physical volumes are missing; `read-only`.
 */
export function commitMetadata(
  machine: Machine,
  group: ScannedGroup,
  change: (metadata: VolumeGroupMetadata) => VolumeGroupMetadata,
): ScannedGroup {
  if (group.missing.length > 0) {
    throw new SimulationError('invalid', group.metadata.name, 'physical volumes are missing');
  }
  const metadata: VolumeGroupMetadata = {
    ...change(group.metadata),
    sequence: group.metadata.sequence + 1,
  };
  for (const volume of group.present.values()) {
    noteWrite(machine, keyOf(volume.device.number), { start: 8, sectors: metadataWriteSectors });
    volume.content.metadata = metadata;
  }
  return { ...group, metadata };
}

/** Metadata with volumes added at the end. */
export function withVolumes(
  metadata: VolumeGroupMetadata,
  added: readonly LogicalVolumeMetadata[],
): VolumeGroupMetadata {
  return { ...metadata, logicalVolumes: [...metadata.logicalVolumes, ...added] };
}

/** Metadata without the volumes named. */
export function withoutVolumes(
  metadata: VolumeGroupMetadata,
  names: readonly string[],
): VolumeGroupMetadata {
  return {
    ...metadata,
    logicalVolumes: metadata.logicalVolumes.filter((volume) => !names.includes(volume.name)),
  };
}

/** Metadata with one volume changed. */
export function withChangedVolume(
  metadata: VolumeGroupMetadata,
  name: string,
  change: (volume: LogicalVolumeMetadata) => LogicalVolumeMetadata,
): VolumeGroupMetadata {
  return {
    ...metadata,
    logicalVolumes: metadata.logicalVolumes.map((volume) =>
      volume.name === name ? change(volume) : volume,
    ),
  };
}
