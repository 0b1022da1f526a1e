import type { Machine } from '../world/state.js';
import { sessionMembers, signalProcess } from './processes.js';

/** How often /proc is looked at, and how long a process may take to vanish after KILL. */
const lookEveryMs = 100;
const killPatienceMs = 10_000;

/**
 * TERM, then KILL after the grace, to all of a session; then looks until none is left. What is in
 * state D survives.
 */
export async function stopSession(
  machine: Machine,
  sessionId: number,
  graceMs: number,
): Promise<'proven' | 'survivors'> {
  const alive = (): boolean => sessionMembers(machine, sessionId).length > 0;
  for (const [signal, patienceMs] of [
    ['TERM', graceMs],
    ['KILL', killPatienceMs],
  ] as const) {
    if (!alive()) return 'proven';
    for (const process of sessionMembers(machine, sessionId)) signalProcess(process, signal);
    await gone(machine, alive, patienceMs);
  }
  return alive() ? 'survivors' : 'proven';
}

async function gone(machine: Machine, alive: () => boolean, patienceMs: number): Promise<void> {
  const { clock } = machine.world;
  const until = clock.elapsedMs() + patienceMs;
  do {
    await clock.sleep(lookEveryMs);
  } while (alive() && clock.elapsedMs() < until);
}
