import { LabError } from '../fail.js';
import { outside } from '../outside.js';
import { isRecord } from '../values.js';
import type { Extent } from './loop.js';

/** A volume to make, in the order of its place in the group. */
export interface VolumePlan {
  readonly name: string;
  readonly sizeMiB: number;
}

/**
 * Makes a volume group with volumes on `device` without activating anything: device-mapper is not
 * needed, so this works on any machine. Returns where each volume lies on the device, in bytes.
 */
export async function makeVolumeGroup(
  device: string,
  group: {
    readonly name: string;
    readonly extentMiB: number;
    readonly volumes: readonly VolumePlan[];
  },
): Promise<Map<string, Extent>> {
  const lvm = async (...args: [string, ...string[]]): Promise<string> => {
    const [command, ...rest] = args;
    const { stdout } = await outside([command, '--config', isolation(device), ...rest]);
    return stdout;
  };
  await lvm('pvcreate', '--yes', device);
  await lvm('vgcreate', '--physicalextentsize', `${group.extentMiB}M`, group.name, device);
  for (const { name, sizeMiB } of group.volumes) {
    const size = ['--size', `${sizeMiB}M`, '--name', name];
    await lvm(
      'lvcreate',
      '--yes',
      '--activate',
      'n',
      '--zero',
      'n',
      '--wipesignatures',
      'n',
      ...size,
      group.name,
    );
  }
  const format = ['--units', 'b', '--nosuffix', '-o'];
  // LVM refuses to report pe_start and segments of volumes together.
  const start = Number((await lvm('pvs', '--noheadings', ...format, 'pe_start', device)).trim());
  const columns = 'lv_name,lv_size,vg_extent_size,seg_pe_ranges';
  const json = ['--reportformat', 'json', ...format, columns];
  return parsePlaces(await lvm('lvs', '--segments', ...json, group.name), start);
}

/** Sees this device only and never talks to the kernel's device-mapper. */
function isolation(device: string): string {
  return [
    'global { activation=0 }',
    `devices { filter=["a|^${device}$|","r|.*|"] use_devicesfile=0 obtain_device_list_from_udev=0 scan_lvs=0 }`,
    'activation { udev_sync=0 udev_rules=0 monitoring=0 }',
    'backup { backup=0 archive=0 }',
  ].join(' ');
}

function parsePlaces(text: string, start: number): Map<string, Extent> {
  const report: unknown = JSON.parse(text);
  const places = new Map<string, Extent>();
  for (const row of segmentRows(report)) {
    const range = /:(\d+)-\d+$/.exec(row['seg_pe_ranges'] ?? '');
    const name = row['lv_name'];
    if (range === null || name === undefined || places.has(name)) {
      throw new LabError(`unexpected segment in lvs output: ${JSON.stringify(row)}`);
    }
    const offset = start + Number(range[1]) * Number(row['vg_extent_size']);
    places.set(name, { offset, size: Number(row['lv_size']) });
  }
  return places;
}

function segmentRows(report: unknown): Record<string, string>[] {
  const reports = isRecord(report) ? report['report'] : undefined;
  const first: unknown = Array.isArray(reports) ? reports[0] : undefined;
  const rows: unknown = isRecord(first) ? (first['seg'] ?? first['lv']) : undefined;
  if (!Array.isArray(rows)) throw new LabError('lvs gave no list of segments');
  return rows.filter(isRecord).map((row) => {
    return Object.fromEntries(Object.entries(row).map(([key, value]) => [key, String(value)]));
  });
}
