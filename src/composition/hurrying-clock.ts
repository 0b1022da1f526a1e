import type { Clock } from '../ports/index.js';

/** Long enough for udev to let go of a device, most of the time. */
const hurriedMs = 50;

/**
 * A clock whose waits get short once somebody is in a hurry. Only pauses between attempts shrink;
 * the attempts are all made.
 */
export function createHurryingClock(clock: Clock, hurry: AbortSignal): Clock {
  return {
    now: () => clock.now(),
    elapsedMs: () => clock.elapsedMs(),
    sleep: async (durationMs, signal) => {
      if (hurry.aborted || durationMs <= hurriedMs) {
        await clock.sleep(Math.min(durationMs, hurriedMs), signal);
        return;
      }
      const short = AbortSignal.any(signal === undefined ? [hurry] : [hurry, signal]);
      try {
        await clock.sleep(durationMs, short);
      } catch (error) {
        if (signal?.aborted === true) throw error;
        await clock.sleep(hurriedMs, signal);
      }
    },
  };
}
