import { type Command, CommanderError } from 'commander';
import { XenBackupError } from '../core/index.js';
import { createContext } from './create-context.js';
import type { CliEnvironment } from './environment.js';
import { type ExitCode, exitCodeOf, exitCodes, gravest } from './exit-codes.js';
import { type GlobalOptions, separateSyslog } from './global-options.js';
import { addCommands, createProgram } from './program.js';

/**
 * One invocation of the program, from its words to its exit code. Never throws.
 *
 * @param words - without the interpreter and the script.
 */
export async function runCli(
  words: readonly string[],
  environment: CliEnvironment,
): Promise<ExitCode> {
  const program = createProgram(environment.terminal);
  const owned = createContext(environment, () => program.opts<GlobalOptions>());
  addCommands(program, owned.context);
  const report = (error: unknown): ExitCode => {
    owned.context.reportError(error);
    return exitCodeOf(error);
  };
  const parsed = await parse(program, words).catch(report);
  const closed = await owned.close().then(() => exitCodes.done, report);
  return gravest(parsed, owned.exitCode ?? exitCodes.done, closed);
}

/** @throws `usage-invalid` for words that cannot be understood. */
async function parse(program: Command, words: readonly string[]): Promise<ExitCode> {
  try {
    await program.parseAsync(separateSyslog(words), { from: 'user' });
    return exitCodes.done;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return exitCodes.done;
    // Without a command: help was printed.
    if (error.code === 'commander.help') return exitCodes.usage;
    throw usageError(program, error);
  }
}

function usageError(program: Command, error: CommanderError): XenBackupError {
  // `error: unknown option '--x'`, then a proposal in brackets on a line of its own.
  const [first = '', ...rest] = error.message.trim().split('\n');
  const message = [first.replace(/^error: /, ''), ...rest].join(' ');
  const used = program.commands.find((command) => program.args[0] === command.name());
  const help = used === undefined ? program.name() : `${program.name()} ${used.name()}`;
  return new XenBackupError('usage-invalid', { message, remedy: `See ${help} --help.` });
}
