import { XenBackupError } from '../../core/errors/index.js';
import type { HostName } from '../../core/model/index.js';
import type { Command, CommandResult, RunningCommand } from '../../ports/index.js';
import { limitError } from './collect-output.js';
import { deferred } from './deferred.js';
import type { LaunchedProcess } from './launcher.js';
import { OutputTail } from './output.js';
import { bytesOf, textOf } from './text-stream.js';

const stderrTailBytes = 64 * 1024;

/** What a long-lived command needs of its runner. */
export interface FollowContext {
  readonly host: HostName;
  /** Monotonic, when it was launched. */
  readonly startedMs: number;
  /** Ends the session and proves it. */
  stop(graceMs?: number): Promise<void>;
  /** Turns a result into an error where sudo, not the tool, ended it. */
  judge(result: CommandResult): CommandResult;
}

/** The handle of a long-lived command. */
export function followCommand(
  command: Command,
  process: LaunchedProcess,
  context: FollowContext,
): RunningCommand {
  const result = endOf(command, process, context);
  // Whoever only calls stop() never looks at the result.
  result.catch(() => undefined);
  return {
    argv: command.argv,
    processId: process.session.processId,
    stdout: textOf(process.stdout),
    result,
    write: (text) => writeInput(process, command, context.host, text),
    closeInput: async () => {
      process.stdin.end();
    },
    stop: (graceMs) => context.stop(graceMs),
  };
}

async function endOf(
  command: Command,
  process: LaunchedProcess,
  context: FollowContext,
): Promise<CommandResult> {
  const tail = new OutputTail(stderrTailBytes);
  process.stderr.on('data', (chunk: unknown) => {
    tail.add(bytesOf(chunk));
  });
  const ended = process.exit.then((exitCode) =>
    context.judge({
      argv: command.argv,
      exitCode,
      stdout: '',
      stderr: tail.text(),
      durationMs: performance.now() - context.startedMs,
    }),
  );
  const { timeoutMs } = command;
  if (timeoutMs === undefined) return ended;
  const { promise: expired, resolve: expire } = deferred<'expired'>();
  const timer = setTimeout(() => {
    expire('expired');
  }, timeoutMs);
  try {
    const first = await Promise.race([ended, expired]);
    if (first !== 'expired') return first;
    await context.stop();
    const what = `did not end within ${timeoutMs} ms`;
    throw limitError(context.host, command.argv, 'command-timed-out', what);
  } finally {
    clearTimeout(timer);
  }
}

/** @throws `command-failed` when the command takes no more input. */
async function writeInput(
  process: LaunchedProcess,
  command: Command,
  host: HostName,
  text: string,
): Promise<void> {
  const refused = (cause?: unknown): XenBackupError => {
    const message = `${command.argv[0]} on ${host} takes no more input`;
    return new XenBackupError('command-failed', { message, cause });
  };
  return new Promise((resolve, reject) => {
    process.stdin.write(text, (error) => {
      if (error === null || error === undefined) resolve();
      else reject(refused(error));
    });
    // A channel whose connection is gone never answers a write.
    process.exit.then(() => {
      reject(refused());
    }, reject);
  });
}
