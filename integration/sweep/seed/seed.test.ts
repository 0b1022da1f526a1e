import { describe, expect, it } from 'vitest';
import { sweep } from '../sweep.js';
import { caughtBy } from './caught-by.js';
import { seedLosses } from './losses.js';

describe('the algorithm of 2009 is caught by the sweep where', () => {
  it.each(seedLosses)('$loss', async (loss) => {
    const { violations } = await caughtBy(loss);
    const findings = violations.flatMap((violation) => violation.findings);
    expect(findings).toContainEqual(expect.stringMatching(loss.finding));
    expect(findings).not.toContainEqual(expect.stringContaining('did not strike'));
  });
});

describe('of xen-backup on the same hosts', () => {
  const scenarios = new Set(seedLosses.map(({ scenario }) => scenario));

  it.each([...scenarios])('nothing is found (%#)', async (scenario) => {
    const { violations } = await sweep({ name: 'the same hosts', scenario, kinds: [] });
    expect(violations).toEqual([]);
  });
});
