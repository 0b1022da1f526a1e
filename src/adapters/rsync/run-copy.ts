import { isXenBackupError } from '../../core/errors/index.js';
import type {
  Argv,
  CommandResult,
  CommandRunner,
  CopyOptions,
  CopyOutcome,
  RunningCommand,
} from '../../ports/index.js';
import { deferred } from '../shared/deferred.js';
import { copyFailure } from './outcome.js';
import { CopyOutputParser } from './output.js';

/**
 * Runs a sender to its end. Both sides are proven dead before a copy ends otherwise than well: the
 * sender and its ssh are one session of the runner; the receiver bears the copy's tag in its
 * environment and is looked for on the target by `stopReceivers`. See scripts.ts.
 */
export async function runCopy(
  runner: CommandRunner,
  argv: Argv,
  tag: string,
  options: CopyOptions,
): Promise<CopyOutcome> {
  if (options.signal?.aborted === true) return aborted(20, []);
  const running = await runner.start({ argv });
  let outcome: CopyOutcome;
  try {
    outcome = await follow(running, options);
  } catch (error) {
    // The sender's end was not heard of, or its output not understood, or it outlives KILL. The
    // receiver is looked for all the same; the first error tells most.
    const stops = [() => running.stop(), () => options.stopReceivers?.(tag)];
    if (isXenBackupError(error, 'command-stop-unproven')) stops.shift();
    for (const stop of stops) await stop();
    throw error;
  }
  const receiverMayLive = outcome.kind !== 'done' && outcome.kind !== 'source-guard-refused';
  if (receiverMayLive) await options.stopReceivers?.(tag);
  return outcome;
}

async function follow(running: RunningCommand, options: CopyOptions): Promise<CopyOutcome> {
  await running.closeInput();
  const parser = new CopyOutputParser(options.onProgress ?? (() => undefined));
  const stopping = onAbort(options.signal, () => running.stop());
  try {
    const ended = endOf(running, parser);
    // What is stuck in the kernel never closes its output: nobody may wait for it then.
    const result = await Promise.race([ended, stopping.failed]);
    // Also when rsync was faster: whoever aborts must not be told that all is well.
    if (stopping.stopped !== undefined) {
      await stopping.stopped;
      return aborted(result.exitCode, parser.notes());
    }
    return outcomeOf(result, parser);
  } finally {
    stopping.forget();
  }
}

async function endOf(running: RunningCommand, parser: CopyOutputParser): Promise<CommandResult> {
  for await (const chunk of running.stdout) parser.push(chunk);
  parser.end();
  return running.result;
}

function outcomeOf(result: CommandResult, parser: CopyOutputParser): CopyOutcome {
  if (result.exitCode === 0) return { kind: 'done', statistics: parser.statistics() };
  return copyFailure(result.exitCode, result.stderr, parser.notes());
}

function aborted(exitCode: number, notes: readonly string[]): CopyOutcome {
  return { kind: 'interrupted', exitCode, text: ['the copy was stopped', ...notes].join('\n') };
}

interface Stopping {
  /** Set once the signal has aborted. */
  readonly stopped: Promise<void> | undefined;
  /** Never resolves; rejects when what was to be stopped could not be proven dead. */
  readonly failed: Promise<never>;
  forget(): void;
}

function onAbort(signal: AbortSignal | undefined, stop: () => Promise<void>): Stopping {
  let stopped: Promise<void> | undefined;
  const failure = deferred<never>();
  // Heard of by whoever waits for the end of the copy, if anybody does.
  failure.promise.catch(() => undefined);
  const listener = (): void => {
    stopped = stop();
    stopped.catch(failure.reject);
  };
  if (signal?.aborted === true) listener();
  else signal?.addEventListener('abort', listener, { once: true });
  return {
    get stopped() {
      return stopped;
    },
    failed: failure.promise,
    forget: () => signal?.removeEventListener('abort', listener),
  };
}
