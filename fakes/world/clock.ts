import type { Clock } from '../../src/ports/index.js';

interface Timer {
  readonly dueMs: number;
  readonly order: number;
  readonly fire: () => void;
}

/**
 * Time that passes only when nobody has anything to do. Whoever sleeps is woken in order of due
 * time, then of going to sleep; between two wakings all pending work runs to its next wait. So
 * concurrent runs interleave the same way every time, and no real time passes.
 */
export class SimulatedClock implements Clock {
  readonly #startMs: number;
  #elapsedMs = 0;
  #nextOrder = 0;
  #timers: Timer[] = [];
  #pumping = false;

  /** @param startMs - the wall clock at the beginning, in milliseconds since 1970. */
  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  now(): number {
    return this.#startMs + this.#elapsedMs;
  }

  elapsedMs(): number {
    return this.#elapsedMs;
  }

  /** Number of sleepers: 0 means that time stands still. */
  get sleepers(): number {
    return this.#timers.length;
  }

  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(reasonOf(signal));
        return;
      }
      const cancel = this.schedule(durationMs, () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      });
      const abort = (): void => {
        cancel();
        reject(signal === undefined ? new Error('aborted') : reasonOf(signal));
      };
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /**
   * Calls back after a simulated time.
   *
   * @returns cancels it.
   */
  schedule(durationMs: number, callback: () => void): () => void {
    const timer: Timer = {
      dueMs: this.#elapsedMs + Math.max(0, durationMs),
      order: this.#nextOrder++,
      fire: callback,
    };
    const index = this.#timers.findIndex((other) => other.dueMs > timer.dueMs);
    if (index === -1) this.#timers.push(timer);
    else this.#timers.splice(index, 0, timer);
    this.#pump();
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    // A macrotask: every microtask of the work woken before has run when it comes.
    setImmediate(() => {
      this.#pumping = false;
      const timer = this.#timers.shift();
      if (timer === undefined) return;
      this.#elapsedMs = Math.max(this.#elapsedMs, timer.dueMs);
      if (this.#timers.length > 0) this.#pump();
      timer.fire();
    });
  }
}

function reasonOf(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}
