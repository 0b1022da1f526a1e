import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from './fail.js';

/** Asks again and again until there is an answer. Never longer than `timeoutMs`. */
export async function waitFor<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  options: { timeoutMs: number; everyMs?: number },
): Promise<T> {
  const deadline = Date.now() + options.timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() >= deadline) {
      throw new LabError(`${what}: nothing after ${Math.round(options.timeoutMs / 1000)} s`);
    }
    await sleep(options.everyMs ?? 1000);
  }
}
