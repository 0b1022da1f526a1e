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
  #background: Timer[] = [];
  #pumping = false;

  /**
   * @param startMs - the wall clock at the beginning, in milliseconds since 1970.
   * @param elapsedMs - how much of it is over, for a world that goes on; default 0.
   */
  constructor(startMs: number, elapsedMs = 0) {
    this.#startMs = startMs;
    this.#elapsedMs = elapsedMs;
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
    const timer = this.#timer(durationMs, callback);
    insert(this.#timers, timer);
    this.#pump();
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /**
   * As {@link schedule}, for what happens by itself on a machine (udev, a guest that writes): it
   * happens when time comes to it, but time does not move on for its sake. So a guest may write
   * for ever, and a program that waits for nothing simulated still ends.
   */
  scheduleBackground(durationMs: number, callback: () => void): () => void {
    const timer = this.#timer(durationMs, callback);
    insert(this.#background, timer);
    return () => {
      this.#background = this.#background.filter((other) => other !== timer);
    };
  }

  #timer(durationMs: number, fire: () => void): Timer {
    const dueMs = this.#elapsedMs + Math.max(0, durationMs);
    return { dueMs, order: this.#nextOrder++, fire };
  }

  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    // A macrotask: every microtask of the work woken before has run when it comes.
    setImmediate(() => {
      this.#pumping = false;
      const timer = this.#nextTimer();
      if (timer === undefined) return;
      this.#elapsedMs = Math.max(this.#elapsedMs, timer.dueMs);
      if (this.#timers.length > 0) this.#pump();
      timer.fire();
    });
  }

  /** The next sleeper, or what happens by itself before it. */
  #nextTimer(): Timer | undefined {
    const [sleeper] = this.#timers;
    const [background] = this.#background;
    if (sleeper === undefined) return undefined;
    const first = background !== undefined && isBefore(background, sleeper);
    return first ? this.#background.shift() : this.#timers.shift();
  }
}

function isBefore(left: Timer, right: Timer): boolean {
  return left.dueMs < right.dueMs || (left.dueMs === right.dueMs && left.order < right.order);
}

function insert(timers: Timer[], timer: Timer): void {
  const index = timers.findIndex((other) => other.dueMs > timer.dueMs);
  if (index === -1) timers.push(timer);
  else timers.splice(index, 0, timer);
}

function reasonOf(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}
