import { expect, it } from 'vitest';
import { createHurryingClock } from './hurrying-clock.js';
import { systemClock } from './system-clock.js';

it('cuts a pause short once somebody is in a hurry, and those that follow', async () => {
  const hurry = new AbortController();
  const clock = createHurryingClock(systemClock, hurry.signal);
  const long = clock.sleep(600_000);
  hurry.abort();
  await long;
  await clock.sleep(600_000);
});

it('still ends a pause with the signal’s own reason', async () => {
  const clock = createHurryingClock(systemClock, new AbortController().signal);
  const given = new AbortController();
  const sleep = clock.sleep(600_000, given.signal);
  given.abort(new Error('enough'));
  await expect(sleep).rejects.toThrow('enough');
});
