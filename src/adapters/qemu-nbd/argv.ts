import type { Argv, AttachRequest } from '../../ports/index.js';
import { requirePath } from '../shared/index.js';
import { NBD_DEVICES_SCRIPT } from './scripts.js';

/**
 * What a qcow2 image says of itself. `--force-share`: also while its guest runs; nothing is
 * written. The format is given, never guessed: a guest can make a raw disk look like anything.
 */
export function imageInfoArgv(path: string): Argv {
  const options = ['--output=json', '--force-share', '--format=qcow2'];
  return ['qemu-img', 'info', ...options, '--', requirePath('image', path)];
}

/** The network block devices of the host; see {@link NBD_DEVICES_SCRIPT}. */
export function nbdDevicesArgv(below: string): Argv {
  return [
    'sh',
    '-c',
    NBD_DEVICES_SCRIPT,
    'xen-backup-nbd-devices',
    requirePath('directory', below),
  ];
}

/** The socket by which an image's server speaks with the kernel until both have begun. */
export function socketOf(mountPoint: string): string {
  return `${requirePath('mount point', mountPoint)}.socket`;
}

/**
 * Serves an image as a network block device, in the background. Ends when the device is
 * disconnected, and fails when it is somebody else's. The socket is our own: by the default one,
 * which is named after the device, two that reach for one device could be given each other's image.
 */
export function connectArgv(
  device: string,
  { mountPoint, access }: Pick<AttachRequest, 'mountPoint' | 'access'>,
): Argv {
  return [
    'qemu-nbd',
    `--connect=${requirePath('device', device)}`,
    `--socket=${socketOf(mountPoint)}`,
    '--format=qcow2',
    ...(access === 'read-only' ? ['--read-only'] : []),
    ...['--', mountPoint],
  ];
}

/** Lets a device go, whoever uses it: its server writes what it has, and ends. */
export function disconnectArgv(device: string): Argv {
  return ['qemu-nbd', '--disconnect', requirePath('device', device)];
}
