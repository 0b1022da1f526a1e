import { sectorsOf } from '../../block/devices.js';
import type { LvmScan, ScannedGroup } from '../../lvm/scan.js';

/** What every command prints on stderr about the devices it saw, one line each. */
export function scanWarnings(scan: LvmScan): readonly string[] {
  return [
    ...equalNames(scan),
    ...scan.duplicates.flatMap(duplicateWarnings),
    ...scan.groups.flatMap(groupWarnings),
  ];
}

/** Groups of one name and different UUIDs: LVM names the later one first. */
function equalNames(scan: LvmScan): readonly string[] {
  return scan.groups.flatMap(({ metadata }, index) => {
    const earlier = scan.groups
      .slice(0, index)
      .find((other) => other.metadata.name === metadata.name);
    if (earlier === undefined) return [];
    return [
      `WARNING: VG name ${metadata.name} is used by VGs ${metadata.uuid} and ${earlier.metadata.uuid}.`,
      'Fix duplicate VG names with vgrename uuid, a device filter, or system IDs.',
    ];
  });
}

function duplicateWarnings(duplicate: LvmScan['duplicates'][number]): readonly string[] {
  const { uuid, used, ignored, reason } = duplicate;
  return [
    ...ignored.map(({ path }) => `WARNING: Not using device ${path} for PV ${uuid}.`),
    `WARNING: PV ${uuid} prefers device ${used.path} because ${reason}.`,
  ];
}

function groupWarnings(group: ScannedGroup): readonly string[] {
  const { name } = group.metadata;
  return [
    ...group.missing.map(({ uuid }) => `WARNING: Couldn't find device with uuid ${uuid}.`),
    ...group.missing.map(
      ({ uuid, deviceHint }) =>
        `WARNING: VG ${name} is missing PV ${uuid} (last written to ${deviceHint}).`,
    ),
    ...sizeWarnings(group),
  ];
}

function sizeWarnings(group: ScannedGroup): readonly string[] {
  const shrunk = [...group.present.values()].filter(({ device, content }) => {
    return sectorsOf(device) < content.deviceSectors;
  });
  if (shrunk.length === 0) return [];
  return [
    ...shrunk.map(
      ({ path, device, content }) =>
        `WARNING: Device ${path} has size of ${sectorsOf(device)} sectors which is smaller than ` +
        `corresponding PV size of ${content.deviceSectors} sectors. Was device resized?`,
    ),
    `WARNING: One or more devices used as PVs in VG ${group.metadata.name} have changed sizes.`,
  ];
}
