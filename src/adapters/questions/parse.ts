import type { HostName } from '../../core/model/index.js';
import type { Argv, CommandResult } from '../../ports/index.js';
import { commandFailed, unexpectedOutput } from '../shared/result.js';

/**
 * What each of several commands printed, and how it ended, in the order they were given.
 *
 * @throws `command-failed` when the script itself failed; `output-unexpected` when there are not
 * exactly as many endings as commands, on both streams, and nothing behind the last.
 */
export function parseAnswers(
  host: HostName,
  result: CommandResult,
  mark: string,
  commands: readonly Argv[],
): readonly CommandResult[] {
  const { argv, exitCode, stdout, stderr, durationMs } = result;
  if (exitCode !== 0) throw commandFailed(host, result);
  // Text and exit code by turns, then what is behind the last.
  const printed = stdout.split(new RegExp(`\\n${mark} (\\d{1,3})\\n`));
  const complaints = stderr.split(`\n${mark}\n`);
  const isComplete =
    printed.length === 2 * commands.length + 1 &&
    complaints.length === commands.length + 1 &&
    printed.at(-1) === '' &&
    complaints.at(-1) === '';
  if (!isComplete) {
    const what = `answers to ${String(commands.length)} questions of ${host} are not complete`;
    throw unexpectedOutput(what, stdout, { host, argv });
  }
  return commands.map((command, index) => ({
    argv: command,
    exitCode: Number(printed[2 * index + 1]),
    stdout: printed[2 * index] ?? '',
    stderr: complaints[index] ?? '',
    durationMs,
  }));
}
