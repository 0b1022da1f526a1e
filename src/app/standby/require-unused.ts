import {
  type BrokenSeal,
  type GuestName,
  type HostName,
  type StandbyRecord,
  XenBackupError,
} from '../../core/index.js';
import type { EventSink } from '../../ports/index.js';
import { findBrokenSeals, type StandbyDisks } from './seal.js';

/** What is to become of changes that were made on a standby: asked for with a guest's name. */
export type StandbyChanges = 'refuse' | 'discard';

/** A standby that is about to be opened. */
export interface StandbyToOpen {
  readonly guest: GuestName;
  readonly host: HostName;
  readonly record: StandbyRecord | undefined;
  readonly changes: StandbyChanges;
  readonly events: EventSink;
}

/**
 * Makes sure, before the first map, that nobody used the standby since the last replication left
 * it. Where that cannot be told it is accepted, and said.
 *
 * @returns `changed` when somebody did, and his changes are to be discarded.
 * @throws `standby-used`.
 */
export async function requireUnused(
  standby: StandbyToOpen,
  disks: StandbyDisks,
): Promise<'unchanged' | 'changed'> {
  const { guest, host, record, changes, events } = standby;
  const say = (level: 'info' | 'warning', message: string): void => {
    events.emit({ type: 'notice', level, guest, host, message });
  };
  // A host that never was told anything was seeded by hand; a former source was in use by right.
  if (record?.role !== 'standby') return 'unchanged';
  if (record.state === 'syncing') {
    say('info', `the standby of ${guest} on ${host} is torn: run ${record.runId} did not end well`);
    return 'unchanged';
  }
  const { seal } = record;
  if (seal?.kind !== 'whole') {
    const why =
      seal === undefined
        ? 'an older version wrote its record without a seal'
        : `run ${seal.runId} had it open and died`;
    say('warning', `whether the standby of ${guest} on ${host} was used cannot be told: ${why}`);
    return 'unchanged';
  }
  const broken = await findBrokenSeals(disks, seal);
  if (broken.length === 0) return 'unchanged';
  if (changes === 'refuse') throw usedError(standby, record, broken);
  say('warning', `what was changed on the standby of ${guest} on ${host} is discarded, as asked`);
  return 'changed';
}

function usedError(
  { guest, host }: StandbyToOpen,
  { counter, source, writtenAt }: StandbyRecord,
  broken: readonly BrokenSeal[],
): XenBackupError {
  const names = broken.map(({ position, type }) => `${position} (${type})`).join(', ');
  return new XenBackupError('standby-used', {
    message:
      `the standby of ${guest} on ${host} was used since replication ${String(counter)} from ` +
      `${source}, recorded at ${writtenAt}: ${names} changed`,
    remedy:
      `This happens when ${guest} was started on ${host}, also for a moment, or its disks were ` +
      'mounted, repaired or seeded again there. To keep what was changed, run it there and ' +
      `replicate from ${host}. To overwrite it: ${discardCommand(guest, host)}`,
    details: { changed: broken.map(({ position }) => position) },
  });
}

/** What an operator types to overwrite a standby that is not what it should be. */
export function discardCommand(guest: GuestName, host: HostName): string {
  return `xen-backup run ${guest} --target ${host} --discard-standby-changes ${guest}`;
}
