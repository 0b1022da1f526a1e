import type { Clock } from '../../ports/index.js';

/**
 * Pauses between attempts to close something that is busy, in milliseconds. udev and blkid hold
 * a fresh device for moments only; who holds it for 6 seconds does so on purpose.
 */
export const busyDelaysMs: readonly number[] = [100, 200, 400, 800, 1_500, 3_000];

/**
 * Repeats an attempt while it answers "busy", with a pause before each repetition.
 *
 * @param attempt - `undefined` when it is done, the evidence when it was busy
 * @returns `undefined` when done, else the evidence of the last attempt
 */
export async function retryWhileBusy<Evidence>(
  clock: Clock,
  attempt: () => Promise<Evidence | undefined>,
  delaysMs: readonly number[] = busyDelaysMs,
): Promise<Evidence | undefined> {
  let evidence = await attempt();
  for (const delayMs of delaysMs) {
    if (evidence === undefined) return undefined;
    await clock.sleep(delayMs);
    evidence = await attempt();
  }
  return evidence;
}
