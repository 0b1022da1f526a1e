import { describe, expect, it } from 'vitest';
import { describeFigures } from './figures.js';
import { deaths } from './recovery.js';
import { scenarioText } from './scenarios.js';
import { sweep } from './sweep.js';

describe('a recover that is killed at any of its commands', () => {
  it.each(deaths)(
    'leaves nothing that the next one does not find ($name)',
    async (recoveryAfter) => {
      const figures = await sweep({
        name: `recover after ${recoveryAfter.name}`,
        scenario: scenarioText('wrong-fstab'),
        kinds: ['kill-before', 'kill-after'],
        recoveryAfter,
      });
      console.log(describeFigures([figures]));
      expect(figures.violations).toEqual([]);
      expect(figures.cases).toBe(2 * figures.commands);
      expect(figures.commands).toBeGreaterThan(40);
    },
    300_000,
  );
});
