import { describe, expect, it } from 'vitest';
import { scenarioText } from '../scenarios.js';
import { sweep } from '../sweep.js';
import { sabotaged, saboteurs } from './saboteurs.js';

describe('the sweep finds it when xen-backup lacks', () => {
  it.each(saboteurs)(
    '$missing',
    async ({ kinds, at, finding, change }) => {
      const { cases, violations } = await sweep({
        name: 'sabotaged',
        scenario: scenarioText('wrong-fstab'),
        kinds,
        change: (connector) => sabotaged(connector, change),
        ...(at === undefined ? { oneIn: 12 } : { only: at }),
      });
      const findings = violations.flatMap((violation) => violation.findings);
      expect(cases).toBeGreaterThan(0);
      expect(findings).toContainEqual(expect.stringMatching(finding));
      expect(findings).not.toContainEqual(expect.stringContaining('did not strike'));
    },
    300_000,
  );
});
