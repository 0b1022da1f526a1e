import { describe, expect, it } from 'vitest';
import { sabotage, saboteurs } from './saboteurs.js';

describe('the sweep finds it when xen-backup lacks', () => {
  it.each(saboteurs)(
    '$missing',
    async (saboteur) => {
      const { cases, violations } = await sabotage(saboteur);
      const findings = violations.flatMap((violation) => violation.findings);
      expect(cases).toBeGreaterThan(0);
      expect(findings).toContainEqual(expect.stringMatching(saboteur.finding));
      expect(findings).not.toContainEqual(expect.stringContaining('did not strike'));
    },
    300_000,
  );
});
