import { XenBackupError } from '../../core/errors/index.js';
import { printable } from './printable.js';

/** Cleared by every reboot, as locks are. */
export const locksDirectory = '/run/xen-backup/locks';

/**
 * The file of a lock. What writes on a standby keeps a share of `<file>.writers`, so that the
 * lock is not free while an orphaned writer lives.
 *
 * @throws `internal` for a name that is not one harmless path component.
 */
export function lockFile(directory: string, name: string): string {
  if (!/^[A-Za-z0-9_%][A-Za-z0-9_.%-]{0,199}$/.test(name)) {
    throw new XenBackupError('internal', { message: `not a lock name: ${printable(name)}` });
  }
  return `${directory}/${name}.lock`;
}
