import type { Part } from './parts.js';
import type { PartResult } from './run-part.js';

/** What a full run is told about. */
export interface SuiteReport {
  /** The commit whose program was tested. */
  readonly commit: string;
  /** ISO 8601 day. */
  readonly date: string;
  readonly processors: number;
  readonly results: readonly (PartResult & { readonly part: Part })[];
}

/** One line a part, for a terminal. */
export function table(results: readonly PartResult[]): string {
  const lines = results.map(
    ({ name, passed, tests, seconds, notPassed }) =>
      `${name.padEnd(24)} ${String(seconds).padStart(6)} s  ${String(tests).padStart(4)} tests  ${passed ? 'ok' : `FAILED: ${notPassed.join('; ') || 'no tests'}`}`,
  );
  const total = results.reduce((sum, { seconds }) => sum + seconds, 0);
  return [...lines, `${'total'.padEnd(24)} ${String(total).padStart(6)} s`, ''].join('\n');
}

/** The page that is kept with the sources. */
export function markdown({ commit, date, processors, results }: SuiteReport): string {
  const rows = results.map(
    ({ part, passed, tests, seconds }) =>
      `| ${part.name} | ${part.shows} | ${String(tests)} | ${passed ? 'passed' : 'FAILED'} | ${String(seconds)} |`,
  );
  const total = results.reduce((sum, { seconds }) => sum + seconds, 0);
  return [
    '# The last full run on the pair',
    '',
    `Commit ${commit}, ${date}, ${String(processors)} processors without KVM. Made by`,
    '`npm run test:lab -- --all`. Seconds are those of an emulated pair and include `reset`.',
    '',
    '| part | shows | tests | result | seconds |',
    '|---|---|---|---|---|',
    ...rows,
    '',
    `${String(total)} seconds in all. ${verdict(results)}`,
    '',
  ].join('\n');
}

function verdict(results: readonly PartResult[]): string {
  const failed = results.filter(({ passed }) => !passed).map(({ name }) => name);
  return failed.length === 0
    ? 'Everything passed, nothing was skipped.'
    : `FAILED: ${failed.join(', ')}.`;
}
