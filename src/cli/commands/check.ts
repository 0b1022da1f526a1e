import type { Command } from 'commander';
import { checkAll } from '../../app/use-cases/check.js';
import type { CheckReport } from '../../core/index.js';
import type { ExitCode } from '../exit-codes.js';
import { escapeControls } from '../listeners/ndjson.js';
import { requireKnownNames } from '../names.js';
import type { ProgramContext } from '../program-context.js';
import { checkLines } from '../render/check-text.js';
import { runCommand } from '../run-command.js';
import { withSession } from '../session.js';
import { type Line, renderLines } from '../text/index.js';
import type { Verbosity } from '../verbosity.js';

/** Adds `check`. */
export function registerCheckCommand(program: Command, context: ProgramContext): void {
  program
    .command('check')
    .description('check every precondition on every host; each problem comes with a remedy')
    .argument('[guest...]', 'guests of the configuration (default: all)')
    .option('--json', 'print the findings as JSON')
    .action((guests: readonly string[], words: { readonly json?: true }) =>
      runCommand(context, () => check(context, guests, words.json === true ? 'json' : 'text')),
    )
    .addHelpText('after', helpText);
}

const helpText = `
Opens and closes what a run would, read-only on targets, and changes nothing.
OK, WARN (it works, but look at it) or FAIL; exit code 4 with a FAIL.

Examples:
  xen-backup check
  xen-backup check dc1 --json | jq '.findings[] | select(.level != "OK")'`;

async function check(
  context: ProgramContext,
  guests: readonly string[],
  format: 'text' | 'json',
): Promise<ExitCode> {
  const { configuration } = await context.readConfiguration();
  requireKnownNames(configuration, { guests, hosts: [] });
  const request = { configuration, display: 'result', commands: 'not-kept' } as const;
  return withSession(context, request, async (session) => {
    const report = await checkAll(session.context, guests);
    session.endDisplay();
    context.stdout(
      format === 'text'
        ? renderLines(linesFor(report, context.verbosity), context.colours)
        : `${escapeControls(JSON.stringify(report, null, 2))}\n`,
    );
    return report.exitCode;
  });
}

/** `-q`: problems only, and nothing at all where there are none. */
function linesFor(report: CheckReport, verbosity: Verbosity): readonly Line[] {
  if (verbosity !== 'quiet') return checkLines(report);
  const findings = report.findings.filter(({ level }) => level !== 'OK');
  return findings.length === 0 ? [] : checkLines({ ...report, findings });
}
