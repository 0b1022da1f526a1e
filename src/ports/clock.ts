/** Time, so that tests and simulated hosts have their own. */
export interface Clock {
  /** Wall clock in milliseconds since 1970. For reports only: never to decide what is newer. */
  now(): number;
  /** Monotonic milliseconds, for durations. */
  elapsedMs(): number;
  /** Resolves after the time given; rejects with the signal's reason when it aborts. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}
