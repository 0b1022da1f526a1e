import type { CliContext } from './context.js';
import { type ExitCode, exitCodeOf } from './exit-codes.js';

/** Runs a command to its exit code; what it throws is shown. */
export async function runCommand(
  context: CliContext,
  command: (context: CliContext) => Promise<ExitCode>,
): Promise<void> {
  context.finish(await outcomeOf(context, command));
}

async function outcomeOf(
  context: CliContext,
  command: (context: CliContext) => Promise<ExitCode>,
): Promise<ExitCode> {
  try {
    return await command(context);
  } catch (error) {
    context.reportError(error);
    return exitCodeOf(error);
  }
}
