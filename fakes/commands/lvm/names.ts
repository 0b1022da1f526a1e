import { logicalVolumeLink, splitLvmMapName } from '../../block/lvm-names.js';
import { deviceAt } from '../../block/devices.js';
import type { Machine } from '../../world/state.js';

/** A volume or a group as an operand names it. */
export interface VolumeName {
  readonly group: string;
  /** Absent when only a group is named. */
  readonly volume?: string;
}

/** Reads `VG`, `VG/LV`, `/dev/VG/LV` and `/dev/mapper/VG-LV`; `undefined` for other paths. */
export function parseVolumeName(machine: Machine, text: string): VolumeName | undefined {
  const device = deviceAt(machine, text);
  // A node under another name (/dev/dm-3) is no name of a volume; only the links are.
  const link = device?.kind === 'map' ? logicalVolumeLink(device.name, device.uuid) : undefined;
  const path = text.startsWith('/dev/mapper/') ? link : undefined;
  const name = path ?? mapperName(text);
  const [group = '', volume, ...rest] = name.replace(/^\/dev\//, '').split('/');
  if (rest.length > 0) return undefined;
  return { group, ...(volume === undefined ? {} : { volume }) };
}

function mapperName(text: string): string {
  if (!text.startsWith('/dev/mapper/')) return text;
  return splitLvmMapName(text.slice('/dev/mapper/'.length)).join('/');
}
