import { describe, expect, it } from 'vitest';
import { describeFigures } from './figures.js';
import { scenarioText, shippedScenarios } from './scenarios.js';
import { sweep } from './sweep.js';

/** One case in so many; `npm run sweep -- --all` has them all. */
const oneIn: Readonly<Record<string, number>> = {
  'cloned-guests': 30,
  'failing-lvcreate': 5,
  'hostile-guest': 15,
  'missing-remote': 15,
  overflow: 15,
  'three-hosts': 60,
};

/** These have a test that runs all of their cases. */
const complete = ['wrong-fstab'];

describe('the sweep of a part of every other scenario', () => {
  const names = shippedScenarios().filter((name) => !complete.includes(name));

  it.each(names)(
    '%s: nothing that may never happen',
    async (name) => {
      const part = oneIn[name] ?? 15;
      const figures = await sweep({ name, scenario: scenarioText(name), oneIn: part });
      console.log(describeFigures([figures]));
      expect(figures.violations).toEqual([]);
      expect(figures.cases).toBeGreaterThan(50);
    },
    600_000,
  );
});
