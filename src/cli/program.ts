import { Command } from 'commander';
import { registerCaptureCommand } from './commands/capture.js';
import { registerCheckCommand } from './commands/check.js';
import { registerConfigCommands } from './commands/config.js';
import { registerDomainCommand } from './commands/domain.js';
import { registerGateCommand } from './commands/gate.js';
import { registerHookCommand } from './commands/hook.js';
import { registerPlanCommand } from './commands/plan.js';
import { registerRecoverCommand } from './commands/recover.js';
import { registerRunCommand } from './commands/run.js';
import { addGlobalOptions, type GlobalOptions, requireConsistent } from './global-options.js';
import type { ProgramContext } from './program-context.js';
import type { Terminal } from './terminal/index.js';
import { version } from './version.js';

/** Widest line of help texts; on a narrower terminal its own width. */
const helpColumns = 100;

/** The program without its commands: they need a context, and that needs the program's options. */
export function createProgram(terminal: Terminal): Command {
  const program = new Command('xen-backup')
    .description(
      'Replicates running Xen guests from one Dom0 to others: snapshots, partitions, ' +
        'nested volumes, rsync over SSH, undone in exact reverse.',
    )
    .usage('[options] COMMAND')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help on a command')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        terminal.stdout.write(text);
      },
      writeErr: (text) => {
        terminal.stderr.write(text);
      },
      // Printed by whoever catches it, in the form that all errors have.
      outputError: () => undefined,
      getOutHelpWidth: () => Math.min(terminal.stdout.columns, helpColumns),
      getErrHelpWidth: () => Math.min(terminal.stderr.columns, helpColumns),
    });
  addGlobalOptions(program);
  program.hook('preAction', (root) => {
    requireConsistent(root.opts<GlobalOptions>());
  });
  return program.addHelpText('after', helpText);
}

const helpText = `
Examples:
  xen-backup config init              a starter configuration
  xen-backup check                    is everything in place?
  xen-backup plan dc1                 what would be done
  xen-backup run dc1                  do it
  xen-backup --simulate FILE run      on hosts that exist in memory only`;

/** Adds all commands. */
export function addCommands(program: Command, context: ProgramContext): void {
  registerRunCommand(program, context);
  registerPlanCommand(program, context);
  registerCaptureCommand(program, context);
  registerCheckCommand(program, context);
  registerRecoverCommand(program, context);
  registerConfigCommands(program, context);
  registerDomainCommand(program, context);
  registerGateCommand(program, context);
  registerHookCommand(program, context);
}
