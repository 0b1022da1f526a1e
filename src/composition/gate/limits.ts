import { XenBackupError } from '../../core/errors/index.js';
import { printable } from '../../adapters/shared/printable.js';

/** What a gate lets through beyond its grammar is narrowed by these. */
export interface GateLimits {
  /** `source` lets no standby be written, `target` no guest be read. Default `both`. */
  readonly role?: GateRole;
  /** Only these guests. Default: any. */
  readonly guests?: readonly string[];
  /** Only volumes in these volume groups of the host. Default: any. */
  readonly volumeGroups?: readonly string[];
  /** Image files and devices that are no logical volumes, by their paths. Default: none. */
  readonly disks?: readonly string[];
  /** Where journals and records lie. Default `/var/lib/xen-backup`. */
  readonly stateDirectory?: string;
}

export const gateRoles = ['source', 'target', 'both'] as const;

/** What a host is for those who come through its gate. */
export type GateRole = (typeof gateRoles)[number];

/**
 * The state directory, in the form that patterns can carry.
 *
 * @throws `usage-invalid` for a path that is not absolute and plain.
 */
export function requireStateDirectory(path: string): string {
  if (/^(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)+$/.test(path)) return path;
  throw new XenBackupError('usage-invalid', {
    message: `${printable(path)} cannot be the state directory of a gate`,
    remedy: 'Name an absolute path of letters, digits, dots, hyphens and underscores.',
  });
}

/**
 * The path of a disk, in the form that patterns can carry.
 *
 * @throws `usage-invalid` for a path that is not absolute and plain.
 */
export function requireDiskPath(path: string): string {
  if (/^(\/[A-Za-z0-9_][A-Za-z0-9_.+:@=,-]*)+$/.test(path)) return path;
  throw new XenBackupError('usage-invalid', {
    message: `${printable(path)} cannot be a disk of a gate`,
    remedy: 'Name an absolute path of letters, digits and _.+:@=,-.',
  });
}
