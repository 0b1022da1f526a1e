import { XenBackupError } from '../../core/errors/index.js';
import { printable, requirePath } from '../shared/index.js';

/** A pattern of an LVM device filter: `r|^/dev/mapper/x.*|`. */
type FilterPattern = string;

/**
 * Rejects every map of ours. Plain LVM on a host sees the guests' physical volumes on them, and
 * a guest's VG that bears the name or UUID of a host's VG then breaks the host's own commands.
 */
const withoutOurMaps: FilterPattern = 'r|^/dev/mapper/xen-backup-.*|';

/**
 * Device settings for commands on the host's own volume groups. They go into `global_filter`,
 * which works beside the `filter` that most hosts set.
 *
 * @param hostPatterns - the host's own `global_filter`, which stays in force behind ours
 */
export function hostDevices(hostPatterns: readonly FilterPattern[] = []): string {
  return `devices{global_filter=${list([withoutOurMaps, ...hostPatterns])}}`;
}

/**
 * Device settings for reading a guest's LVM: the devices given and nothing else. A filter, a
 * devices file or `scan_lvs` of the host would hide them.
 *
 * @throws `internal` without devices, or for a path that no device of ours has.
 */
export function guestDevices(devices: readonly string[]): string {
  if (devices.length === 0) {
    throw new XenBackupError('internal', { message: 'a filter needs at least one device' });
  }
  const accepted = devices.map((device) => `a|^${escapePath(device)}$|`);
  const filter = list([...accepted, 'r|.*|']);
  return `devices{filter=${filter} global_filter=["a|.*|"] use_devicesfile=0 scan_lvs=1}`;
}

function list(patterns: readonly FilterPattern[]): string {
  // LVM reads backslash and double quote as in C strings.
  const quoted = patterns.map((pattern) => `"${pattern.replaceAll(/[\\"]/g, '\\$&')}"`);
  return `[${quoted.join(',')}]`;
}

function escapePath(path: string): string {
  requirePath('device', path);
  if (!/^\/dev\/[A-Za-z0-9_./+:@=-]+$/.test(path)) {
    throw new XenBackupError('internal', { message: `not a device path: ${printable(path)}` });
  }
  return path.replaceAll(/[.+]/g, '[$&]');
}
