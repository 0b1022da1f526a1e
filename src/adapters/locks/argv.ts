import type { Argv, LockOwner } from '../../ports/index.js';
import { LOCK_SCRIPT } from './scripts.js';

/** Exit code that means: somebody else holds it. */
export const busyExitCode = 75;

/** The directory of the locks is not ours alone. */
export const unsafeExitCode = 77;

/** The file was removed by its last holder, or its directory was, while it was being locked. */
export const staleExitCodes: ReadonlySet<number> = new Set([66, 76]);

/** `--no-fork`: the process that holds the lock is the one that is started and stopped. */
export function lockArgv(file: string, owner: LockOwner): Argv {
  const conflict = ['--nonblock', '--conflict-exit-code', String(busyExitCode)];
  const script = ['sh', '-c', LOCK_SCRIPT, 'xen-backup-lock', file, JSON.stringify(owner)];
  return ['flock', ...conflict, '--no-fork', file, ...script];
}
