import { randomBytes } from 'node:crypto';
import { isXenBackupError, XenBackupError } from '../../core/errors/index.js';
import type { HostName } from '../../core/model/index.js';
import type {
  CommandResult,
  CommandRunner,
  CopyOptions,
  CopyOutcome,
  CopyRequest,
  FileCopier,
  PeerProbe,
  ReplicationPeer,
  RunningCommand,
} from '../../ports/index.js';
import { deferred } from '../shared/deferred.js';
import { printable, resultDetails } from '../shared/index.js';
import { locksDirectory } from '../shared/lock-files.js';
import { copyArgv, probePeerArgv, stopReceiversArgv } from './argv.js';
import { copyFailure } from './outcome.js';
import { CopyOutputParser } from './output.js';
import { probeOf } from './probe.js';

/** Longer than ssh's own limit for connecting. */
const probeTimeoutMs = 60_000;

/** What the adapter needs of its host. */
export interface FileCopierOptions {
  readonly runner: CommandRunner;
  readonly hostName: HostName;
  /** Where lock files lie on targets. Default `/run/xen-backup/locks`. */
  readonly locksDirectory?: string;
}

/**
 * Copies file systems of one host to others, by rsync over the system's OpenSSH; and, where the
 * host is itself a target, ends receivers of others.
 *
 * Both sides of a copy are proven dead before it ends otherwise than well: the sender and its ssh
 * are one session of the runner; the receiver bears the copy's tag in its environment and is
 * looked for on the target by `stopReceivers`. See scripts.ts.
 */
export function createFileCopier(options: FileCopierOptions): FileCopier {
  return new RsyncCopier(options);
}

class RsyncCopier implements FileCopier {
  readonly #runner: CommandRunner;
  readonly #host: HostName;
  readonly #locksDirectory: string;

  constructor(options: FileCopierOptions) {
    this.#runner = options.runner;
    this.#host = options.hostName;
    this.#locksDirectory = options.locksDirectory ?? locksDirectory;
  }

  async copy(request: CopyRequest, options: CopyOptions = {}): Promise<CopyOutcome> {
    const tag = request.tag ?? randomBytes(8).toString('hex');
    const argv = copyArgv(request, { tag, locksDirectory: this.#locksDirectory });
    if (options.signal?.aborted === true) return aborted(20, []);
    const running = await this.#runner.start({ argv });
    let outcome: CopyOutcome;
    try {
      outcome = await this.#follow(running, options);
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

  async stopReceivers(tag: string): Promise<void> {
    const argv = stopReceiversArgv(tag);
    const result = await this.#runner.run({ argv, timeoutMs: 120_000 });
    if (result.exitCode === 0) return;
    const said = printable(`${result.stdout}${result.stderr}`.trim());
    throw new XenBackupError('command-stop-unproven', {
      message: `receivers of copy ${tag} on ${this.#host} could not be proven dead: ${said}`,
      details: resultDetails(this.#host, result),
    });
  }

  async probePeer(peer: ReplicationPeer): Promise<PeerProbe> {
    const argv = probePeerArgv(peer);
    try {
      return probeOf(this.#host, await this.#runner.run({ argv, timeoutMs: probeTimeoutMs }));
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (isXenBackupError(error, 'command-not-found')) {
        return { kind: 'tool-missing', exitCode: 127, text };
      }
      if (isXenBackupError(error, 'command-timed-out')) {
        return { kind: 'timeout', exitCode: 124, text };
      }
      throw error;
    }
  }

  async #follow(running: RunningCommand, options: CopyOptions): Promise<CopyOutcome> {
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
