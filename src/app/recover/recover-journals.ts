import {
  isRunId,
  type NumberedStep,
  outstandingSteps,
  readJournal,
  type RunId,
} from '../../core/index.js';
import type { IdentifiedHost } from '../hosts/host-pool.js';
import type { RunContext } from '../context.js';
import { Counter } from '../counter.js';
import { journalDirectory, JournalWriter, StepStack } from '../steps/index.js';
import type { RunLiveness } from './run-liveness.js';

const journalMaximumBytes = 64 * 1024 * 1024;

/** What cleaning up after dead runs came to, on one host. */
export interface RecoveryResult {
  /** In words, what was taken down. */
  readonly undone: readonly string[];
  /** In words, what could not be. */
  readonly residue: readonly string[];
}

/** Undoes what the journals of dead runs list, for each guest of each run in exact reverse. */
export async function recoverFromJournals(
  context: RunContext,
  { host, identity }: IdentifiedHost,
  liveness: RunLiveness,
): Promise<RecoveryResult> {
  const { stateDirectory } = context.configuration;
  const undone: string[] = [];
  const residue: string[] = [];
  for (const runId of await listJournals(context, { host, identity })) {
    if (!(await liveness.isDead(runId))) continue;
    const path = `${journalDirectory(stateDirectory)}/${runId}.ndjson`;
    const text = (await host.files.readText(path, journalMaximumBytes)) ?? '';
    const { entries, damagedLines } = readJournal(text);
    for (const line of damagedLines) {
      const message = `${path}:${String(line)} cannot be read; stamped objects are looked for as well`;
      context.events.emit({ type: 'notice', level: 'warning', host: host.name, message });
    }
    const journal = new JournalWriter(
      host.files,
      stateDirectory,
      runId,
      identity.bootId,
      entries.at(-1)?.seq ?? 0,
    );
    const { clock, events } = context;
    // Cleaning up goes on to its end even when a signal arrives.
    const signal = new AbortController().signal;
    const init = { host, journal, clock, events, signal, stepIds: new Counter() };
    const left: string[] = [];
    for (const steps of stepsByGuest(outstandingSteps(entries))) {
      // What a run needs once for all its guests goes when nothing of theirs is left.
      if (left.length > 0 && steps[0]?.guest === undefined) continue;
      const stack = new StepStack(init, steps);
      left.push(...(await stack.unwind()));
      undone.push(...stack.undone.map((undo) => `${runId}: ${undo.kind}`));
    }
    residue.push(...left);
    if (left.length === 0) await journal.remove();
  }
  return { undone, residue };
}

/** Guests do not stand on one another: what is stuck of one must not keep another's snapshots. */
function stepsByGuest(steps: readonly NumberedStep[]): readonly (readonly NumberedStep[])[] {
  const guests = new Set(steps.flatMap(({ guest }) => (guest === undefined ? [] : [guest])));
  return [...guests, undefined]
    .map((guest) => steps.filter((step) => step.guest === guest))
    .filter((group) => group.length > 0);
}

async function listJournals(
  context: RunContext,
  { host }: IdentifiedHost,
): Promise<readonly RunId[]> {
  const entries = await host.files.list(journalDirectory(context.configuration.stateDirectory));
  return entries
    .map(({ name }) => /^([a-z0-9]{10})\.ndjson$/.exec(name)?.[1] ?? '')
    .filter((runId) => isRunId(runId));
}
