import { XenBackupError } from '../errors/index.js';

/** Every object we create on a host bears this prefix, then the run id, then a number. */
export const ownPrefix = 'xen-backup';

/** Ten characters of `[a-z0-9]`, one per run. */
export type RunId = string;

/** A host as the configuration calls it. */
export type HostName = string;

/** A guest as the configuration and libvirt call it. */
export type GuestName = string;

const runIdPattern = /^[a-z0-9]{10}$/;
// The partition suffix is appended by kpartx to the name of our wrapper.
const ownedPattern = /^xen-backup-([a-z0-9]{10})-(\d{1,6})(?:p(\d{1,3}))?$/;

export function isRunId(text: string): text is RunId {
  return runIdPattern.test(text);
}

/** `xen-backup-<run id>-<number>`: the only kind of name we ever give to a map or a volume. */
export function ownedName(runId: RunId, number: number): string {
  if (!isRunId(runId)) {
    throw new XenBackupError('internal', { message: `not a run id: ${JSON.stringify(runId)}` });
  }
  if (!Number.isSafeInteger(number) || number < 0 || number > 999_999) {
    throw new XenBackupError('internal', { message: `not an object number: ${String(number)}` });
  }
  return `${ownPrefix}-${runId}-${String(number)}`;
}

export interface OwnedName {
  readonly runId: RunId;
  readonly number: number;
  /** Set for a partition map of one of our wrappers. */
  readonly partition?: number;
}

/** What a name says if it is one of ours, `undefined` if it is not. */
export function parseOwnedName(name: string): OwnedName | undefined {
  const match = ownedPattern.exec(name);
  if (match === null) return undefined;
  const [, runId = '', number = '', partition] = match;
  return {
    runId,
    number: Number(number),
    ...(partition === undefined ? {} : { partition: Number(partition) }),
  };
}

/**
 * Device-mapper's name for a logical volume: `VG-LV` with hyphens doubled.
 * Measured: `/dev/VolGroupXX/LogVolDc1-4242` is `VolGroupXX-LogVolDc1--4242`.
 */
export function deviceMapperName(volumeGroup: string, logicalVolume: string): string {
  return `${volumeGroup.replaceAll('-', '--')}-${logicalVolume.replaceAll('-', '--')}`;
}

/** A guest's name as a single, harmless file name: anything unusual is percent-encoded. */
export function fileNameForGuest(guest: GuestName): string {
  const encoded = [...new TextEncoder().encode(guest)].map((byte, index) => {
    const character = String.fromCharCode(byte);
    const safe = index === 0 ? /[A-Za-z0-9_]/ : /[A-Za-z0-9_.-]/;
    return safe.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  });
  return encoded.join('');
}
