import { type ErrorCode, XenBackupError } from '../../core/errors/index.js';
import type { HostName } from '../../core/model/index.js';
import type { Argv, CommandResult } from '../../ports/index.js';
import { firstLine, printable } from './printable.js';

/**
 * An argument that may not be empty. Only a defect of ours can produce one, and some tools then
 * act on everything there is (`vgchange -an ''`).
 *
 * @param name - what the argument is, for the message
 * @throws `internal` when it is empty or contains NUL.
 */
export function requireArgument(name: string, value: string): string {
  if (value === '' || value.includes('\0')) {
    throw new XenBackupError('internal', {
      message: `${name} must not be ${value === '' ? 'empty' : 'text with NUL bytes'}`,
    });
  }
  return value;
}

/**
 * As {@link requireArgument}, for tools that have no `--`: a leading `-` would be an option.
 *
 * @throws `internal`.
 */
export function requireOperand(name: string, value: string): string {
  requireArgument(name, value);
  if (value.startsWith('-')) {
    throw new XenBackupError('internal', {
      message: `${name} must not begin with a hyphen: ${printable(value)}`,
    });
  }
  return value;
}

/**
 * An absolute path, which therefore can never be taken for an option.
 *
 * @throws `internal`.
 */
export function requirePath(name: string, value: string): string {
  requireArgument(name, value);
  if (!value.startsWith('/')) {
    throw new XenBackupError('internal', {
      message: `${name} must be an absolute path: ${printable(value)}`,
    });
  }
  return value;
}

/**
 * The error for a command that ended in failure. Its details carry host, argv, exit code and both
 * outputs, so that nothing the tool said is lost.
 *
 * @param code - default `command-failed`
 */
export function commandFailed(
  host: HostName,
  result: CommandResult,
  code: ErrorCode = 'command-failed',
): XenBackupError {
  const said = firstLine(result.stderr) || firstLine(result.stdout);
  const ending = said === '' ? '' : `: ${said}`;
  return new XenBackupError(code, {
    message: `${result.argv[0]} failed on ${host} with exit code ${result.exitCode}${ending}`,
    details: resultDetails(host, result),
  });
}

/**
 * The result of a command that must have ended with 0.
 *
 * @throws `command-failed` for any other exit code.
 */
export function expectSuccess(host: HostName, result: CommandResult): CommandResult {
  if (result.exitCode !== 0) throw commandFailed(host, result);
  return result;
}

/**
 * The error for output that is not understood. Nothing is guessed: the raw text stands in the
 * details.
 *
 * @param what - what was being read, and what is wrong with it
 */
export function unexpectedOutput(
  what: string,
  text: string,
  context: { readonly host?: HostName; readonly argv?: Argv; readonly cause?: unknown } = {},
): XenBackupError {
  return new XenBackupError('output-unexpected', {
    message: `${what}: ${firstLine(text) || '(no text)'}`,
    details: {
      ...(context.host === undefined ? {} : { host: context.host }),
      ...(context.argv === undefined ? {} : { argv: context.argv.map((part) => printable(part)) }),
      text: printable(text),
    },
    ...(context.cause === undefined ? {} : { cause: context.cause }),
  });
}

/** Details that every error about a command carries. */
export function resultDetails(host: HostName, result: CommandResult) {
  return {
    host,
    argv: result.argv.map((part) => printable(part)),
    exitCode: result.exitCode,
    stdout: printable(result.stdout),
    stderr: printable(result.stderr),
  } as const;
}
