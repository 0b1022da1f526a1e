import { XenBackupError } from '../../core/errors/index.js';
import type { HostName } from '../../core/model/index.js';
import type {
  Clock,
  CommandRunner,
  HostFiles,
  LockAttempt,
  LockOwner,
  Locks,
  RunningCommand,
} from '../../ports/index.js';
import { limitError } from '../shared/collect-output.js';
import { commandFailed, unexpectedOutput } from '../shared/index.js';
import { lockFile, locksDirectory } from '../shared/lock-files.js';
import { busyExitCode, lockArgv, staleExitCodes, unsafeExitCode } from './argv.js';
import { FlockHeldLock } from './held-lock.js';
import { parseOwner } from './owner.js';

const maxOwnerBytes = 4096;
/** Each time somebody else has held and released the lock in the moment between two commands. */
const maxAttempts = 5;
/** flock does not wait here, and the script neither: whoever says nothing for so long hangs. */
const answerLimitMs = 60_000;

/** What the adapter needs of its host. */
export interface LocksOptions {
  readonly runner: CommandRunner;
  readonly files: HostFiles;
  /** Paces the waits for the answer and for the end of a holder. */
  readonly clock: Clock;
  readonly hostName: HostName;
  /** Where the lock files lie. Default `/run/xen-backup/locks`. */
  readonly directory?: string;
}

/** Locks of a host, by flock(1): held by a process there, so a dead owner never blocks. */
export function createLocks(options: LocksOptions): Locks {
  return new FlockLocks(options);
}

class FlockLocks implements Locks {
  readonly #host: HostName;
  readonly #runner: CommandRunner;
  readonly #files: HostFiles;
  readonly #clock: Clock;
  readonly #directory: string;

  constructor(options: LocksOptions) {
    this.#host = options.hostName;
    this.#runner = options.runner;
    this.#files = options.files;
    this.#clock = options.clock;
    this.#directory = options.directory ?? locksDirectory;
  }

  async tryLock(name: string, owner: LockOwner): Promise<LockAttempt> {
    for (let attempt = 1; ; attempt += 1) {
      // Usually it is there; but it goes with the last lock in it, at any moment.
      if (attempt > 1) await this.#files.makeDirectory(this.#directory);
      const taken = await this.#tryOnce(name, owner, attempt === maxAttempts);
      if (taken !== 'removed-meanwhile') return taken;
    }
  }

  async #tryOnce(
    name: string,
    owner: LockOwner,
    isLast: boolean,
  ): Promise<LockAttempt | 'removed-meanwhile'> {
    const file = lockFile(this.#directory, name);
    const holder = await this.#runner.start({ argv: lockArgv(file, owner) });
    const said = await this.#answerOf(holder);
    if (said === 'held\n') {
      return {
        kind: 'held',
        lock: new FlockHeldLock({ host: this.#host, name, holder, clock: this.#clock }),
      };
    }
    if (said !== '') throw await this.#surprise(holder, said);
    const result = await holder.result;
    if (staleExitCodes.has(result.exitCode) && !isLast) return 'removed-meanwhile';
    if (result.exitCode === unsafeExitCode) throw this.#unsafe();
    if (result.exitCode !== busyExitCode) throw commandFailed(this.#host, result);
    return this.#busy(file);
  }

  async #busy(file: string): Promise<LockAttempt> {
    const text = await this.#files.readText(file, maxOwnerBytes);
    const owner = text === undefined ? undefined : parseOwner(text);
    return owner === undefined ? { kind: 'busy' } : { kind: 'busy', owner };
  }

  /** @throws `command-timed-out` when it says nothing; it is then proven dead. */
  async #answerOf(holder: RunningCommand): Promise<string> {
    const answered = new AbortController();
    const late = this.#clock.sleep(answerLimitMs, answered.signal).then(
      () => 'late' as const,
      // The answer came first.
      () => 'answered' as const,
    );
    const line = firstLineOf(holder);
    const first = await Promise.race([line, late]).finally(() => {
      answered.abort();
    });
    if (first !== 'late') return line;
    line.catch(() => undefined);
    await holder.stop();
    const what = `did not say within ${String(answerLimitMs)} ms whether it holds the lock`;
    throw limitError(this.#host, holder.argv, 'command-timed-out', what);
  }

  #unsafe(): XenBackupError {
    const directory = this.#directory;
    return new XenBackupError('ownership-unproven', {
      message: `${directory} on ${this.#host}, or the directory around it, is not ours alone: a link, another account's, or of another mode than 0700`,
      remedy:
        'Find out who made it (ls -ld on both); remove it, or give it to root with mode 0700. Nothing was written there.',
      details: { host: this.#host, path: directory },
    });
  }

  async #surprise(holder: RunningCommand, said: string): Promise<Error> {
    await holder.stop();
    const context = { host: this.#host, argv: holder.argv };
    return unexpectedOutput('the holder of a lock says something else', said, context);
  }
}

/** All that a command prints up to its first newline, or to its end. */
async function firstLineOf(command: RunningCommand): Promise<string> {
  let text = '';
  for await (const chunk of command.stdout) {
    text += chunk;
    if (text.includes('\n')) break;
  }
  return text;
}
