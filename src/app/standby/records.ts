import {
  fileNameForGuest,
  type GuestName,
  type StandbyRecord,
  XenBackupError,
} from '../../core/index.js';
import type { Host } from '../../ports/index.js';
import { parseRecord } from './parse-record.js';

const recordMaximumBytes = 8 * 1024 * 1024;

/** Where the records of a host are kept. */
export function recordDirectory(stateDirectory: string): string {
  return `${stateDirectory}/records`;
}

/** Where a host keeps its record of a guest. */
export function recordPath(stateDirectory: string, guest: GuestName): string {
  return `${recordDirectory(stateDirectory)}/${fileNameForGuest(guest)}.json`;
}

/**
 * What a host remembers of a guest, `undefined` when it was never told anything.
 *
 * @throws `output-unexpected` when the record cannot be understood: it is never taken for none.
 */
export async function readRecord(
  host: Host,
  stateDirectory: string,
  guest: GuestName,
): Promise<StandbyRecord | undefined> {
  const path = recordPath(stateDirectory, guest);
  const text = await host.files.readText(path, recordMaximumBytes);
  if (text === undefined) return undefined;
  const record = parseRecord(text);
  if (record?.guest === guest) return record;
  throw new XenBackupError('output-unexpected', {
    message: `the record ${path} on ${host.name} cannot be understood`,
    remedy: 'Look at the file. Without it xen-backup cannot tell whether the standby is newer.',
    details: { raw: text.slice(0, 500) },
  });
}

/** Replaces a host's record of a guest, durably. */
export async function writeRecord(
  host: Host,
  stateDirectory: string,
  record: StandbyRecord,
): Promise<void> {
  await host.files.ensureDirectory(recordDirectory(stateDirectory));
  await host.files.writeTextAtomically(
    recordPath(stateDirectory, record.guest),
    `${JSON.stringify(record, undefined, 2)}\n`,
  );
}
