import { describe, expect, it } from 'vitest';
import { describeFigures } from './figures.js';
import { scenarioText } from './scenarios.js';
import { sweep } from './sweep.js';

describe('the sweep of the article’s guest', () => {
  it('finds nothing that may never happen, whatever happens at whichever command', async () => {
    const name = 'wrong-fstab';
    const figures = await sweep({ name, scenario: scenarioText(name) });
    console.log(describeFigures([figures]));
    expect(figures.violations).toEqual([]);
    expect(figures.cases).toBe(figures.of);
    expect(figures.cases).toBeGreaterThan(1_900);
  }, 1_200_000);
});
