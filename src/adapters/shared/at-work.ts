import { isXenBackupError, toXenBackupError, XenBackupError } from '../../core/errors/index.js';
import type { HostName } from '../../core/model/index.js';
import type { Argv } from '../../ports/index.js';
import type { LaunchedProcess } from './launcher.js';
import type { Session } from './stop-session.js';

interface Entry {
  readonly argv: Argv;
  readonly process: LaunchedProcess;
}

/** How long the ends of what was stopped may take to reach whoever waits for them. */
const hearingMs = 2_000;

/**
 * What a runner has begun on its host and not seen the end of. Whoever forgets a command, or gives
 * it up because another one failed, leaves it here: it is ended with the runner.
 */
export class AtWork {
  readonly #host: HostName;
  readonly #beginning = new Set<Promise<LaunchedProcess>>();
  readonly #entries = new Set<Entry>();
  #closing: Promise<void> | undefined;

  constructor(host: HostName) {
    this.#host = host;
  }

  /** @throws `host-unreachable` once closed; as `launch` does. */
  async begin(argv: Argv, launch: () => Promise<LaunchedProcess>): Promise<LaunchedProcess> {
    if (this.#closing !== undefined) throw this.#closed();
    const beginning = launch();
    this.#beginning.add(beginning);
    try {
      const process = await beginning;
      this.#add({ argv, process });
      return process;
    } finally {
      this.#beginning.delete(beginning);
    }
  }

  /** Proven dead: nothing more is to be done about it. */
  forget(session: Session): void {
    for (const entry of this.#entries) {
      if (entry.process.session === session) this.#entries.delete(entry);
    }
  }

  /**
   * Ends all of it, at the same time. What is just being started is waited for first.
   *
   * @param stop - ends one and proves it; throws `command-stop-unproven`
   * @throws as {@link HostRunner.close}.
   */
  close(stop: (process: LaunchedProcess, argv: Argv) => Promise<void>): Promise<void> {
    this.#closing ??= this.#endAll(stop);
    return this.#closing;
  }

  async #endAll(stop: (process: LaunchedProcess, argv: Argv) => Promise<void>): Promise<void> {
    await Promise.allSettled(this.#beginning);
    const entries = [...this.#entries];
    const stopped = await Promise.allSettled(
      entries.map(async ({ process, argv }) => {
        await stop(process, argv);
        await heard(process.exit);
      }),
    );
    const errors = stopped.flatMap((result) =>
      result.status === 'rejected' ? [toXenBackupError(result.reason)] : [],
    );
    if (errors.length > 0) throw this.#unproven(errors);
  }

  #add(entry: Entry): void {
    this.#entries.add(entry);
    // A connection that breaks says nothing about what ran over it: only an exit code is an end.
    entry.process.exit.then(
      () => this.#entries.delete(entry),
      () => undefined,
    );
  }

  #unproven(errors: readonly XenBackupError[]): XenBackupError {
    // With a cause, the host could not be asked: that says nothing about the command.
    const alive = errors.filter(
      (error) => !isXenBackupError(error, 'command-stop-unproven') || error.cause === undefined,
    );
    const told = alive.length > 0 ? alive : errors;
    return new XenBackupError(alive.length > 0 ? 'command-stop-unproven' : 'host-unreachable', {
      message: told.map(({ message }) => message).join('; '),
      details: { host: this.#host },
      cause: told[0],
    });
  }

  #closed(): XenBackupError {
    const message = `the connections to ${this.#host} were closed`;
    return new XenBackupError('host-unreachable', { message, details: { host: this.#host } });
  }
}

/** The news of an end may be on its way; a connection that closes too soon would cut it off. */
async function heard(exit: Promise<number>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, hearingMs);
  });
  await Promise.race([Promise.allSettled([exit]), late]).finally(() => {
    clearTimeout(timer);
  });
}
