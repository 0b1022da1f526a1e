import { describe, expect, it } from 'vitest';
import { SleeplessClock } from './replay.contract.js';
import { busyDelaysMs, retryWhileBusy } from './retry.js';

describe('retrying while something is busy', () => {
  it('does not wait for what is done at once', async () => {
    const clock = new SleeplessClock();
    await expect(retryWhileBusy(clock, async () => undefined)).resolves.toBeUndefined();
    expect(clock.sleptMs).toEqual([]);
  });

  it('pauses longer each time, and ends with the last evidence', async () => {
    const clock = new SleeplessClock();
    let attempts = 0;
    const evidence = await retryWhileBusy(clock, async () => (attempts += 1));
    expect(evidence).toBe(busyDelaysMs.length + 1);
    expect(clock.sleptMs).toEqual(busyDelaysMs);
    expect(clock.sleptMs).toEqual([...clock.sleptMs].sort((a, b) => a - b));
  });

  it('does not swallow an error', async () => {
    const failing = retryWhileBusy(new SleeplessClock(), () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
  });
});
