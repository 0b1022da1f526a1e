import {
  type ErrorCode,
  isXenBackupError,
  toXenBackupError,
  type XenBackupError,
} from '../../core/index.js';
import type { Clock } from '../../ports/index.js';

/** Often enough to end a copy before much is lost; seldom enough to cost nothing. */
export const restWatchIntervalMs = 15_000;
/** How a question is asked again and again. */
interface Pace {
  readonly intervalMs: number;
  /** Answers that end the work at once; any other failure is tolerated a few times. */
  readonly endsAt: readonly ErrorCode[];
}

/** A libvirt that restarts does not end a copy of hours; one that stays away does. */
const toleratedFailures = 3;

/** A question that is asked again and again until it is stopped. */
export interface Watch {
  /** Returns when no further question is on its way. */
  stop(): Promise<void>;
}

/**
 * Asks again and again whether a standby is at rest, or whatever else must hold.
 *
 * @param requireAtRest - throws `standby-in-use` when it is not.
 * @param onUse - told once, with the error that ends the work on it.
 */
export function watchRest(
  clock: Clock,
  requireAtRest: () => Promise<void>,
  onUse: (error: XenBackupError) => void,
  pace: Pace = { intervalMs: restWatchIntervalMs, endsAt: ['standby-in-use'] },
): Watch {
  const end = new AbortController();
  const watching = watchUntil(end.signal, clock, requireAtRest, onUse, pace);
  return {
    stop: () => {
      end.abort();
      return watching;
    },
  };
}

async function watchUntil(
  end: AbortSignal,
  clock: Clock,
  requireAtRest: () => Promise<void>,
  onUse: (error: XenBackupError) => void,
  { intervalMs, endsAt }: Pace,
): Promise<void> {
  for (let failures = 0; failures < toleratedFailures; ) {
    try {
      await clock.sleep(intervalMs, end);
    } catch {
      // Only the end of the watch ends a pause early.
      return;
    }
    try {
      await requireAtRest();
      failures = 0;
    } catch (error) {
      failures += 1;
      const isFinal = endsAt.some((code) => isXenBackupError(error, code));
      const isTold = isFinal || failures === toleratedFailures;
      if (!isTold || end.aborted) continue;
      onUse(toXenBackupError(error));
      return;
    }
  }
}
