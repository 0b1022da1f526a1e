import type { RunReport } from '../../src/index.js';
import type { Invocation, SweptProgram } from './program.js';

/** How one invocation came to its end. */
export type Ending =
  | { readonly kind: 'ended'; readonly report: RunReport }
  /** kill -9. Whatever the program still says does not count: nobody hears it. */
  | { readonly kind: 'died' }
  | { readonly kind: 'threw'; readonly error: unknown }
  | { readonly kind: 'endless'; readonly reason: string };

/** No run takes so long that waits for nothing for ever: its longest limits are minutes. */
const longestMs = 4 * 3_600_000;
/** So many turns of the event loop in which no simulated time is waited for: nothing will come. */
const idleTurns = 2_000;

/** Lets a program live once, from its start to its end or its death. */
export async function live(program: SweptProgram, invocation: Invocation): Promise<Ending> {
  const { simulation } = invocation;
  let ending: Ending | undefined;
  program(invocation).then(
    (report) => {
      ending = { kind: 'ended', report };
    },
    (error: unknown) => {
      ending = { kind: 'threw', error };
    },
  );
  const { death } = simulation;
  const { clock } = simulation.world;
  const until = clock.elapsedMs() + longestMs;
  let idle = 0;
  while (ending === undefined) {
    await new Promise((resolve) => setImmediate(resolve));
    idle = clock.sleepers === 0 ? idle + 1 : 0;
    if (clock.elapsedMs() > until) ending = { kind: 'endless', reason: 'after four hours' };
    if (idle > idleTurns) ending = { kind: 'endless', reason: 'waits for nothing that can come' };
  }
  return death.aborted ? { kind: 'died' } : ending;
}
