import type { Clock } from '../ports/index.js';

/** The time of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  // Whole milliseconds: nothing finer is ever reported.
  elapsedMs: () => Math.round(performance.now()),
  sleep: (durationMs, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(reasonOf(signal));
        return;
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', abort);
        resolve();
      }, durationMs);
      const abort = (): void => {
        clearTimeout(timer);
        if (signal !== undefined) reject(reasonOf(signal));
      };
      signal?.addEventListener('abort', abort, { once: true });
    }),
};

function reasonOf(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}
