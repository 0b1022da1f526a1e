import { XenBackupError } from '../../core/errors/index.js';
import type { Argv, LockOwner } from '../../ports/index.js';
import { printable } from '../shared/printable.js';
import { LOCK_SCRIPT } from './scripts.js';

/** Cleared by every reboot, as locks are. */
export const locksDirectory = '/run/xen-backup/locks';

/** Exit code that means: somebody else holds it. */
export const busyExitCode = 75;

/** The lock's file. @throws `internal` for a name that is not one harmless component. */
export function lockFile(directory: string, name: string): string {
  if (!/^[A-Za-z0-9_%][A-Za-z0-9_.%-]{0,199}$/.test(name)) {
    throw new XenBackupError('internal', { message: `not a lock name: ${printable(name)}` });
  }
  return `${directory}/${name}.lock`;
}

/** `--no-fork`: the process that holds the lock is the one that is started and stopped. */
export function lockArgv(file: string, owner: LockOwner): Argv {
  const conflict = ['--nonblock', '--conflict-exit-code', String(busyExitCode)];
  const script = ['sh', '-c', LOCK_SCRIPT, 'xen-backup-lock', file, JSON.stringify(owner)];
  return ['flock', ...conflict, '--no-fork', file, ...script];
}
