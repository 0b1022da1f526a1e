import { isSimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import { activateVolume, deactivateVolume } from './activation.js';
import { mapOf } from './lookup.js';
import type { ScannedGroup } from './scan.js';
import type { LogicalVolumeMetadata } from './types.js';
import { useOf, type VolumeUse } from './use.js';

export interface ActivationFailure {
  readonly volume: LogicalVolumeMetadata;
  readonly error: Error;
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

/**
 * Deactivates every volume of a group that nobody uses.
 *
 * @returns those in use, which stay.
 */
export function deactivateGroup(
  machine: Machine,
  group: ScannedGroup,
): readonly { readonly volume: LogicalVolumeMetadata; readonly use: VolumeUse }[] {
  const busy: { volume: LogicalVolumeMetadata; use: VolumeUse }[] = [];
  // Snapshots go with their origins; taking them first leaves the origins plain.
  for (const volume of [...visibleVolumes(group)].reverse()) {
    const use = useOf(machine, group.metadata, volume);
    if (use === 'none') deactivateVolume(machine, group, volume);
    else busy.unshift({ volume, use });
  }
  return busy;
}
