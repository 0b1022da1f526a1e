import { formatDuration } from '../../core/index.js';
import type { RunContext } from '../context.js';

export interface DurationLimit {
  /** Aborts with the run's own signal, or when the time is over. */
  readonly signal: AbortSignal;
  /** Forgets the limit. */
  cancel(): void;
}

/** @param durationMs - 0 is no limit. */
export function limitDuration(context: RunContext, durationMs: number): DurationLimit {
  if (durationMs === 0) return { signal: context.signal, cancel: () => undefined };
  const over = new AbortController();
  const waiting = new AbortController();
  context.clock.sleep(durationMs, waiting.signal).then(
    () => {
      over.abort(new Error(`it took longer than maxDuration (${formatDuration(durationMs)})`));
    },
    // Cancelled: the guest was done in time.
    () => undefined,
  );
  return {
    signal: AbortSignal.any([context.signal, over.signal]),
    cancel: () => {
      waiting.abort();
    },
  };
}
