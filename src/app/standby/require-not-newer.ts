import {
  type GuestName,
  type HostName,
  isSourceOutdated,
  type StandbyRecord,
  XenBackupError,
} from '../../core/index.js';
import type { EventSink } from '../../ports/index.js';
import { recordPath } from './records.js';
import { discardCommand, type StandbyChanges } from './require-unused.js';

/** A host with what it remembers of a guest. */
export interface RememberingHost {
  readonly name: HostName;
  readonly record: StandbyRecord | undefined;
}

/** What is about to be written onto what. */
export interface Overwriting {
  readonly guest: GuestName;
  readonly source: RememberingHost;
  readonly standby: RememberingHost;
  readonly stateDirectory: string;
  readonly changes: StandbyChanges;
  readonly events: EventSink;
}

/**
 * Makes sure that the standby holds nothing which the source has not. An operator may give up what
 * it holds, but never by a source that is itself a mixture.
 *
 * @throws `source-outdated`.
 */
export function requireNotNewer(overwriting: Overwriting): void {
  const { guest, source, standby, changes, events } = overwriting;
  if (!isSourceOutdated(source.record, standby.record)) return;
  if (source.record?.state === 'syncing') throw tornSource(overwriting);
  const message =
    `${source.name} ${describeRecord(source.record)} of ${guest}, and ` +
    `${standby.name} ${describeRecord(standby.record)}`;
  if (changes === 'refuse') {
    throw new XenBackupError('source-outdated', { message, remedy: remedyFor(overwriting) });
  }
  const said = `${message}: that copy is overwritten, as asked`;
  events.emit({ type: 'notice', level: 'warning', guest, host: standby.name, message: said });
}

function tornSource({ guest, source, stateDirectory }: Overwriting): XenBackupError {
  const { name, record } = source;
  return new XenBackupError('source-outdated', {
    message: `${name} ${describeRecord(record)} of ${guest}`,
    remedy:
      `The copy that runs on ${name} was torn by a run that died. Start the guest where its data ` +
      'is whole; or, if you accept this mixture as the truth, remove ' +
      `${recordPath(stateDirectory, guest)} on ${name}.`,
  });
}

function remedyFor({ guest, source, standby }: Overwriting): string {
  const how =
    source.record === undefined
      ? `This happens when ${source.name} lost its state directory, or the guest was moved there by hand.`
      : 'This happens when an old primary comes back: the guest ran, and was replicated, elsewhere meanwhile.';
  return (
    `${how} Find out which host has the data you want. If it is ${standby.name}, stop the guest ` +
    `on ${source.name} and start it there. If it is ${source.name}, overwrite the other copy: ` +
    discardCommand(guest, standby.name)
  );
}

/** Continues the sentence "dom0a ...". */
function describeRecord(record: StandbyRecord | undefined): string {
  if (record === undefined) return 'remembers no replication';
  const { state, role, counter, source } = record;
  const number = `replication ${String(counter)}`;
  if (state === 'syncing') return `holds a torn copy of ${number}`;
  return role === 'source' ? `was the source of ${number}` : `holds ${number} from ${source}`;
}
