import { XenBackupError } from '../../core/errors/index.js';
import type { Argv, MapRequest } from '../../ports/index.js';
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

/** Creates a map; its table goes to stdin, see `tableOf`. */
export function createMapArgv({ name, uuid, access }: MapRequest): Argv {
  return [
    'dmsetup',
    'create',
    requireMapWord('map name', name),
    '--uuid',
    requireMapWord('map UUID', uuid),
    ...(access === 'read-only' ? ['--readonly'] : []),
  ];
}

/** Removes a map. `--retry` outlasts udev, which opens fresh devices for moments (5 s). */
export function removeMapArgv(name: string): Argv {
  return ['dmsetup', 'remove', '--retry', requireMapWord('map name', name)];
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
