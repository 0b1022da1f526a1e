import type { Command } from 'commander';
import { recoverAll } from '../../app/use-cases/recover.js';
import type { ExitCode } from '../exit-codes.js';
import type { ProgramContext } from '../program-context.js';
import { reportLines } from '../render/report-text.js';
import { runCommand } from '../run-command.js';
import { withSession } from '../session.js';
import { renderLines } from '../text/index.js';

/** Options of `recover`, as commander gives them. */
export interface RecoverWords {
  readonly json?: true;
}

/** Adds `recover`. */
export function registerRecoverCommand(program: Command, context: ProgramContext): void {
  program
    .command('recover')
    .description('undo on every host what interrupted runs left there')
    .option('--json', 'print each event as a line of JSON; the last one is the report')
    .action((words: RecoverWords) => runCommand(context, () => recover(context, words)))
    .addHelpText('after', helpText);
}

const helpText = `
Removes exactly what bears the stamp of a dead run of xen-backup: mounts, maps,
snapshots, udev rules. Never anything else, never a living run's. Every run
does the same where it begins.

Example:
  xen-backup recover`;

/** Cleans up and prints what came of it. */
async function recover(context: ProgramContext, words: RecoverWords): Promise<ExitCode> {
  const { configuration } = await context.readConfiguration();
  const display = words.json === true ? 'events' : 'story';
  return withSession(context, { configuration, display, commands: 'not-kept' }, async (session) => {
    const report = await recoverAll(session.context);
    session.endDisplay();
    if (display === 'story' && context.verbosity !== 'quiet') {
      context.stdout(renderLines(reportLines(report), context.colours));
    }
    return report.exitCode;
  });
}
