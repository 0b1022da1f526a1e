import type { RunEvent } from '../../core/index.js';

/** Lets through a copy's progress only now and then, by the time of the events. */
export class ProgressPace {
  readonly #intervalMs: number;
  readonly #last = new Map<string, number>();

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  isDue(event: RunEvent & { readonly type: 'copy-progress' }): boolean {
    const { guest = '', host = '', fileSystem, pass } = event;
    const key = JSON.stringify([guest, host, pass, fileSystem]);
    const nowMs = Date.parse(event.time);
    const lastMs = this.#last.get(key);
    // The first report of a copy comes at once and says nothing yet.
    if (lastMs === undefined) this.#last.set(key, nowMs);
    if (lastMs === undefined || nowMs - lastMs < this.#intervalMs) return false;
    this.#last.set(key, nowMs);
    return true;
  }
}
