import { XenBackupError } from '../../core/errors/index.js';
import type { Argv, MapRequest } from '../../ports/index.js';
import { CREATE_MAP_SCRIPT, REMOVE_MAP_SCRIPT } from './scripts.js';
import { printable, requireOperand, requirePath } from '../shared/index.js';

/**
 * A device-mapper name or UUID in the alphabet that udev and dmsetup never rewrite.
 *
 * @throws `internal`.
 */
function requireMapWord(what: string, value: string): string {
  requireOperand(what, value);
  if (!/^[A-Za-z0-9+_.-]{1,127}$/.test(value)) {
    throw new XenBackupError('internal', {
      message: `${what} is no map name: ${printable(value)}`,
    });
  }
  return value;
}

/** Creates a map and shows it as `dmsetup info` does; its table goes to stdin, see `tableOf`. */
export function createMapArgv({ name, uuid, access }: MapRequest): Argv {
  return [
    ...(['sh', '-c', CREATE_MAP_SCRIPT, 'xen-backup-create-map'] as const),
    requireMapWord('map name', name),
    '--uuid',
    requireMapWord('map UUID', uuid),
    ...(access === 'read-only' ? ['--readonly'] : []),
  ];
}

/** Shows a map as `dmsetup info` does, and removes it if it bears this UUID; exit 68 if not. */
export function removeMapArgv(name: string, uuid: string): Argv {
  const words = [requireMapWord('map name', name), requireMapWord('map UUID', uuid)];
  return ['sh', '-c', REMOVE_MAP_SCRIPT, 'xen-backup-remove-map', ...words];
}

export function mapStatusArgv(name: string): Argv {
  return ['dmsetup', 'status', requireOperand('map name', name)];
}

/** fsync of the device: its dirty pages, and a cache flush of the disk beneath. */
export function syncDeviceArgv(device: string): Argv {
  return ['sync', '--', requirePath('device', device)];
}

/** Drops what the kernel cached of the device, so that the next reader sees the disk. */
export function flushBuffersArgv(device: string): Argv {
  return ['blockdev', '--flushbufs', requirePath('device', device)];
}
