import { XenBackupError } from '../../core/errors/index.js';
import type { HostName } from '../../core/model/index.js';
import type { HeldLock, RunningCommand } from '../../ports/index.js';

/** A third of what the script waits for. */
const beatMs = 40_000;
const releasePatienceMs = 5_000;

/** A lock whose process has said that it holds it. */
export class FlockHeldLock implements HeldLock {
  readonly #holder: RunningCommand;
  readonly #lost = new AbortController();
  readonly #heart: NodeJS.Timeout;
  #released = false;

  constructor(host: HostName, name: string, holder: RunningCommand) {
    this.#holder = holder;
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
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(resolve, releasePatienceMs, false);
    });
    return Promise.race([ended, late]).finally(() => {
      clearTimeout(timer);
    });
  }
}
