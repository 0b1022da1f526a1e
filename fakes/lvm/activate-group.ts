import { isSimulationError, type SimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import { activateVolume, deactivateVolume } from './activation.js';
import { mapOf } from './lookup.js';
import type { ScannedGroup } from './scan.js';
import type { LogicalVolumeMetadata } from './types.js';
import { useOf, type VolumeUse } from './use.js';

export interface ActivationFailure {
  readonly volume: LogicalVolumeMetadata;
  readonly error: SimulationError;
}

/** Volumes that `-ay` and `-an` speak of: visible ones. */
export function visibleVolumes(group: ScannedGroup): readonly LogicalVolumeMetadata[] {
  return group.metadata.logicalVolumes.filter((volume) => volume.visible);
}

export function isActive(
  machine: Machine,
  group: ScannedGroup,
  volume: LogicalVolumeMetadata,
): boolean {
  const layer = volume.role.kind === 'thin-pool' ? 'pool' : undefined;
  return mapOf(machine, group.metadata, volume, layer) !== undefined;
}

/**
 * Activates every volume of a group that does not ask to be skipped.
 *
 * @returns what could not be activated.
 */
export function activateGroup(machine: Machine, group: ScannedGroup): readonly ActivationFailure[] {
  const failures: ActivationFailure[] = [];
  for (const volume of visibleVolumes(group)) {
    if (volume.activationSkip) continue;
    try {
      activateVolume(machine, group, volume);
    } catch (error) {
      if (!isSimulationError(error)) throw error;
      failures.push({ volume, error });
    }
  }
  return failures;
}

/** A volume that somebody uses. */
export interface BusyVolume {
  readonly volume: LogicalVolumeMetadata;
  readonly use: VolumeUse;
}

/**
 * Deactivates every volume of a group, or none of them while one is in use.
 *
 * @returns those in use.
 */
export function deactivateGroup(machine: Machine, group: ScannedGroup): readonly BusyVolume[] {
  const busy = visibleVolumes(group)
    .map((volume) => ({ volume, use: useOf(machine, group.metadata, volume) }))
    .filter(({ use }) => use !== 'none');
  if (busy.length > 0) return busy;
  // Snapshots go with their origins; taking them first leaves the origins plain.
  for (const volume of [...visibleVolumes(group)].reverse()) {
    deactivateVolume(machine, group, volume);
  }
  return [];
}
