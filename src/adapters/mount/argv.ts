import { XenBackupError } from '../../core/errors/index.js';
import type { Argv, MountRequest } from '../../ports/index.js';
import { printable, requireArgument, requirePath } from '../shared/index.js';

/** All mounts of our own mount namespace, as the kernel sees them. */
export function listMountsArgv(): Argv {
  return ['cat', '/proc/self/mountinfo'];
}

/** @throws `internal` for an empty or unusable type, option, device or mount point. */
export function mountArgv({ device, mountPoint, fileSystemType, options }: MountRequest): Argv {
  return [
    'mount',
    ...['-t', requireType(fileSystemType)],
    ...(options.length === 0 ? [] : ['-o', options.map(requireOption).join(',')]),
    requirePath('device', device),
    requirePath('mount point', mountPoint),
  ];
}

/** A tmpfs that holds nothing but our mount points. */
export function mountTemporaryArgv(mountPoint: string, sizeBytes: number): Argv {
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes <= 0) {
    // tmpfs takes size=0 for "no limit".
    throw new XenBackupError('internal', { message: `not a size: ${String(sizeBytes)}` });
  }
  const options = `size=${String(sizeBytes)},mode=700,nosuid,nodev,noexec`;
  const place = requirePath('mount point', mountPoint);
  return ['mount', '-t', 'tmpfs', '-o', options, 'xen-backup', place];
}

export function remountReadOnlyArgv(mountPoint: string): Argv {
  return ['mount', '-o', 'remount,ro', requirePath('mount point', mountPoint)];
}

/** Never `-l`, never `-f`: a busy mount is reported, not hidden. */
export function unmountArgv(mountPoint: string): Argv {
  return ['umount', requirePath('mount point', mountPoint)];
}

/** @throws `internal` without a path: mkdir would fail, and nothing is to be made. */
export function makeDirectoriesArgv(paths: readonly string[]): Argv {
  if (paths.length === 0) throw new XenBackupError('internal', { message: 'no directory to make' });
  return ['mkdir', '-m', '700', '--', ...paths.map((path) => requirePath('directory', path))];
}

/** Device number and inode of a directory, in decimal. */
export function rootIdentityArgv(mountPoint: string): Argv {
  return ['stat', '-c', '%d %i', '--', requirePath('mount point', mountPoint)];
}

function requireType(type: string): string {
  requireArgument('file system type', type);
  if (/^[a-z0-9][a-z0-9_.-]*$/.test(type)) return type;
  throw new XenBackupError('internal', { message: `not a file system type: ${printable(type)}` });
}

function requireOption(option: string): string {
  requireArgument('mount option', option);
  // A comma would smuggle in a second option.
  if (/^[^-,\s\p{Cc}][^,\s\p{Cc}]*$/u.test(option)) return option;
  throw new XenBackupError('internal', { message: `not a mount option: ${printable(option)}` });
}
