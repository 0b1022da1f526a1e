import type { VolumeInventory } from '../model/index.js';

// device-mapper's name for LVM's own: the group's UUID and the volume's, without hyphens.
const logicalVolumeUuid = /^LVM-([A-Za-z0-9]{32})[A-Za-z0-9]{32}/;

/**
 * Active logical volumes of groups that the host itself does not have, by their map's name: LVM
 * sees all groups but those of guests (its filter rejects our maps), so that these are a guest's,
 * activated by udev or by somebody while the guest's disks were mapped.
 */
export function unknownVolumes(
  maps: readonly { readonly name: string; readonly uuid: string }[],
  { volumeGroups }: VolumeInventory,
): readonly string[] {
  const own = new Set(volumeGroups.map(({ uuid }) => uuid.replaceAll('-', '')));
  return maps
    .filter(({ uuid }) => {
      const group = logicalVolumeUuid.exec(uuid)?.[1];
      return group !== undefined && !own.has(group);
    })
    .map(({ name }) => name);
}

/** What is to be done about them, for people. */
export const unknownVolumesRemedy =
  'When it is a guest’s: find out who uses it (dmsetup ls --tree), deactivate its group ' +
  '(vgchange -an GROUP, or dmsetup remove NAME), then run xen-backup recover.';
