import {
  isRunId,
  type JournalText,
  type NumberedStep,
  outstandingSteps,
  readJournal,
  type RunId,
  toXenBackupError,
} from '../../core/index.js';
import type { IdentifiedHost } from '../hosts/host-pool.js';
import type { RunContext } from '../context.js';
import { Counter } from '../counter.js';
import { journalDirectory, JournalWriter, StepStack } from '../steps/index.js';
import { places } from './places.js';
import type { RunLiveness } from './run-liveness.js';

const journalMaximumBytes = 64 * 1024 * 1024;

/** What cleaning up after dead runs came to, on one host. */
export interface RecoveryResult {
  /** In words, what was taken down. */
  readonly undone: readonly string[];
  /** In words, what could not be. */
  readonly residue: readonly string[];
}

/**
 * Undoes what the journals of dead runs list, for each guest of each run in exact reverse. A
 * journal that cannot be read, or cannot be removed afterwards, is said and keeps nobody from the
 * rest: what bears our stamp is found without it.
 */
export async function recoverFromJournals(
  context: RunContext,
  identified: IdentifiedHost,
  liveness: RunLiveness,
): Promise<RecoveryResult> {
  const undone: string[] = [];
  const residue: string[] = [];
  const attempt = async (path: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      residue.push(`${identified.host.name}: ${path} (${toXenBackupError(error).message})`);
    }
  };
  const { stateDirectory } = context.configuration;
  const directory = journalDirectory(stateDirectory);
  await attempt(directory, async () => {
    for (const runId of await listJournals(stateDirectory, identified)) {
      if (!(await liveness.isDead(runId))) continue;
      await attempt(`${directory}/${runId}.ndjson`, async () => {
        const result = await recoverRun(context, identified, runId);
        undone.push(...result.undone);
        residue.push(...result.residue);
        if (result.residue.length === 0) await result.journal.remove();
      });
    }
  });
  return { undone, residue };
}

interface RecoveredRun extends RecoveryResult {
  readonly journal: JournalWriter;
}

async function recoverRun(
  context: RunContext,
  identified: IdentifiedHost,
  runId: RunId,
): Promise<RecoveredRun> {
  const { host, identity } = identified;
  const { clock, events, configuration } = context;
  const { entries } = await readJournalOf(context, identified, runId);
  const journal = new JournalWriter(
    host.files,
    configuration.stateDirectory,
    runId,
    identity.bootId,
    entries.at(-1)?.seq ?? 0,
  );
  // Cleaning up goes on to its end even when a signal arrives.
  const signal = new AbortController().signal;
  const init = { host, journal, clock, events, signal, stepIds: new Counter() };
  const undone: string[] = [];
  const residue: string[] = [];
  for (const steps of stepsByGuest(outstandingSteps(entries))) {
    // What a run needs once for all its guests goes when nothing of theirs is left.
    if (residue.length > 0 && steps[0]?.guest === undefined) continue;
    const stack = new StepStack(init, steps);
    residue.push(...(await stack.unwind()));
    undone.push(...stack.undone.map((undo) => `${runId}: ${undo.kind}`));
  }
  return { undone, residue, journal };
}

async function readJournalOf(
  { configuration, events }: RunContext,
  { host }: IdentifiedHost,
  runId: RunId,
): Promise<JournalText> {
  const path = `${journalDirectory(configuration.stateDirectory)}/${runId}.ndjson`;
  const text = (await host.files.readText(path, journalMaximumBytes)) ?? '';
  const journal = readJournal(text);
  for (const line of journal.damagedLines) {
    const message = `${path}:${String(line)} cannot be read; stamped objects are looked for as well`;
    events.emit({ type: 'notice', level: 'warning', host: host.name, message });
  }
  return journal;
}

/** Guests do not stand on one another: what is stuck of one must not keep another's snapshots. */
function stepsByGuest(steps: readonly NumberedStep[]): readonly (readonly NumberedStep[])[] {
  const guests = new Set(steps.flatMap(({ guest }) => (guest === undefined ? [] : [guest])));
  return [...guests, undefined]
    .map((guest) => steps.filter((step) => step.guest === guest))
    .filter((group) => group.length > 0);
}

async function listJournals(
  stateDirectory: string,
  { host }: IdentifiedHost,
): Promise<readonly RunId[]> {
  const entries = await places.journals(host, stateDirectory);
  return entries
    .map(({ name }) => /^([a-z0-9]{10})\.ndjson$/.exec(name)?.[1] ?? '')
    .filter((runId) => isRunId(runId));
}
