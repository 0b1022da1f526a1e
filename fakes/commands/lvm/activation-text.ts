import { lvmMapName, lvmMapUuid } from '../../block/lvm-names.js';
import type { ScannedGroup } from '../../lvm/scan.js';
import type { LogicalVolumeMetadata } from '../../lvm/types.js';
import type { SimulationError } from '../../world/errors.js';

/** What LVM prints when it cannot activate a volume. */
export function activationFailureText(
  group: ScannedGroup,
  volume: LogicalVolumeMetadata,
  error: SimulationError,
): readonly string[] {
  const { metadata } = group;
  if (error.code === 'already-exists') {
    const name = lvmMapName(metadata.name, volume.name);
    const uuid = lvmMapUuid(metadata.uuid, volume.uuid);
    return [`device-mapper: create ioctl on ${name} ${uuid} failed: Device or resource busy`];
  }
  if (error.code === 'invalid' && group.missing.length > 0) {
    return [
      `Refusing activation of partial LV ${metadata.name}/${volume.name}.  Use '--activationmode partial' to override.`,
    ];
  }
  return [`Failed to activate ${metadata.name}/${volume.name}: ${error.message}`];
}
