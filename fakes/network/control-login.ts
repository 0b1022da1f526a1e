import { type HostConfiguration, XenBackupError } from '../../src/core/index.js';
import type { Machine } from '../world/state.js';
import { canReach } from './links.js';
import { connectTimeoutMs } from './types.js';

/** Host keys that the place xen-backup runs on does not know as they are. */
export interface ControlTrust {
  /** Machines whose key is not in known_hosts. */
  readonly unknown: ReadonlySet<string>;
  /** Machines that have another key there. */
  readonly changed: ReadonlySet<string>;
}

/**
 * xen-backup's own SSH connection to a host, as far as it can fail.
 *
 * @param from - machine it runs on, or `outside`
 * @throws `host-unreachable`, `host-key-unknown`, `host-key-mismatch`,
 * `host-authentication-failed`.
 */
export async function requireLogin(
  from: string,
  trust: ControlTrust,
  host: HostConfiguration,
  machine: Machine,
): Promise<void> {
  const { world, ssh, name } = machine;
  const place = `${host.name} (${host.address})`;
  if (!canReach(world, from, name)) {
    await world.clock.sleep(connectTimeoutMs);
    const patience = `within ${connectTimeoutMs / 1000} s`;
    throw unreachable(host, `no answer from ${host.address} ${patience}`);
  }
  if (ssh.daemon === 'stopped' || ssh.port !== (host.port ?? 22)) {
    throw unreachable(host, `${host.address} port ${host.port ?? 22}: connection refused`);
  }
  if (trust.unknown.has(name)) {
    throw new XenBackupError('host-key-unknown', {
      message: `the host key of ${place} is not in known_hosts`,
    });
  }
  if (trust.changed.has(name)) {
    throw new XenBackupError('host-key-mismatch', {
      message: `${place} answers with another host key than the one known`,
    });
  }
  if (!ssh.authorized.has(from)) {
    throw new XenBackupError('host-authentication-failed', {
      message: `${place} refused every key that was offered`,
    });
  }
}

/** @returns the error for a host that cannot be reached. */
export function unreachable(host: HostConfiguration, reason: string): XenBackupError {
  return new XenBackupError('host-unreachable', { message: `${host.name}: ${reason}` });
}
