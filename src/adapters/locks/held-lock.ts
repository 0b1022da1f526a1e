import { XenBackupError } from '../../core/errors/index.js';
import type { HostName } from '../../core/model/index.js';
import type { Clock, HeldLock, RunningCommand } from '../../ports/index.js';

/**
 * A third of what the script waits for. The heart is a timer of the process, not of the clock that
 * paces its work: it is to beat as long as the process lives, whatever the work is waiting for.
 */
const beatMs = 40_000;
const releasePatienceMs = 5_000;

/** What a held lock is made of. */
interface HeldLockInit {
  readonly host: HostName;
  readonly name: string;
  readonly holder: RunningCommand;
  readonly clock: Clock;
}

/** A lock whose process has said that it holds it. */
export class FlockHeldLock implements HeldLock {
  readonly #holder: RunningCommand;
  readonly #clock: Clock;
  readonly #lost = new AbortController();
  readonly #heart: NodeJS.Timeout;
  #released = false;

  constructor({ host, name, holder, clock }: HeldLockInit) {
    this.#holder = holder;
    this.#clock = clock;
    this.#heart = setInterval(() => {
      // A holder that takes no more input has ended, and its result says so.
      holder.write('\n').catch(() => undefined);
    }, beatMs).unref();
    const end = (cause?: unknown): void => {
      clearInterval(this.#heart);
      if (this.#released) return;
      const message = `the lock ${name} on ${host} was lost: the process that holds it ended`;
      this.#lost.abort(new XenBackupError('host-unreachable', { message, cause }));
    };
    holder.result.then(() => {
      end();
    }, end);
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    clearInterval(this.#heart);
    await this.#holder.closeInput();
    if (!(await this.#endsByItself())) await this.#holder.stop();
  }

  /** Whether the holder's end is heard of. A broken connection is no proof: it must be stopped. */
  async #endsByItself(): Promise<boolean> {
    const ended = this.#holder.result.then(
      () => true,
      () => false,
    );
    const heard = new AbortController();
    const late = this.#clock.sleep(releasePatienceMs, heard.signal).then(
      () => false,
      () => true,
    );
    return Promise.race([ended, late]).finally(() => {
      heard.abort(new Error('heard of'));
    });
  }
}
