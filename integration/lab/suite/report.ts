import type { Part } from './parts.js';
import type { PartResult } from './run-part.js';

/** A part with its last result, if it was ever run. */
export interface ReportRow {
  readonly part: Part;
  readonly result: PartResult | undefined;
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
export function markdown(rows: readonly ReportRow[], processors: number): string {
  const seconds = rows.reduce((sum, { result }) => sum + (result?.seconds ?? 0), 0);
  return [
    '# The parts of the suite on the pair',
    '',
    `The last run of each, on ${String(processors)} processors without KVM, with the commit it ran on. Made by`,
    '`npm run test:lab -- --all`. Seconds are those of an emulated pair and include `reset`.',
    '',
    '| part | shows | result | tests | seconds | commit | date |',
    '|---|---|---|---|---|---|---|',
    ...rows.map(line),
    '',
    `${String(seconds)} seconds in all. ${verdict(rows)}`,
    '',
  ].join('\n');
}

function line({ part: { name, shows }, result }: ReportRow): string {
  if (result === undefined) return `| ${name} | ${shows} | no result kept | | | | |`;
  const { passed, tests, seconds, commit, date } = result;
  const figures = [tests, seconds, commit.slice(0, 10), date].join(' | ');
  return `| ${name} | ${shows} | ${passed ? 'passed' : 'FAILED'} | ${figures} |`;
}

function verdict(rows: readonly ReportRow[]): string {
  const open = rows.filter(({ result }) => result?.passed !== true).map(({ part }) => part.name);
  return open.length === 0
    ? 'Everything passed, nothing was skipped.'
    : `Not passed: ${open.join(', ')}.`;
}
