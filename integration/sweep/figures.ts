import type { SweepFigures } from './sweep.js';

/** One line for each scenario, and what was found. */
export function describeFigures(figures: readonly SweepFigures[]): string {
  const lines = figures.map(
    ({ name, commands, faults, cases, of, sharedNextRuns, violations }) =>
      `${name.padEnd(18)} ${count(commands)} commands x ${String(faults)} faults = ${count(cases)} cases` +
      `${cases === of ? '' : ` (of ${String(of)})`}, ` +
      `${String(sharedNextRuns)} shared a next run, violations ${String(violations.length)}`,
  );
  const cases = figures.reduce((sum, one) => sum + one.cases, 0);
  const violations = figures.flatMap((one) =>
    one.violations.map((violation) => ({ ...violation, case: `${one.name}: ${violation.case}` })),
  );
  return [
    ...lines,
    `sweep: ${String(cases)} cases, violations ${String(violations.length)}`,
    ...violations.flatMap((one) => [one.case, ...one.findings.map((finding) => `    ${finding}`)]),
  ].join('\n');
}

function count(number: number): string {
  return String(number).padStart(5);
}
