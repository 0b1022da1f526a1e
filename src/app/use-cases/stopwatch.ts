import type { GuestName, HostName, Stage } from '../../core/index.js';
import type { Clock, EventSink } from '../../ports/index.js';

/** Measures the stages of one guest or target, and announces them. */
export class Stopwatch {
  readonly #clock: Clock;
  readonly #events: EventSink;
  readonly #place: { readonly guest: GuestName; readonly host: HostName };
  readonly #stages = new Map<string, number>();

  constructor(
    clock: Clock,
    events: EventSink,
    place: { readonly guest: GuestName; readonly host: HostName },
  ) {
    this.#clock = clock;
    this.#events = events;
    this.#place = place;
  }

  /** Milliseconds by stage, in the order they ended. */
  get stages(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#stages);
  }

  async measure<T>(stage: Stage, work: () => Promise<T>): Promise<T> {
    const startMs = this.#clock.elapsedMs();
    this.#events.emit({ type: 'stage-started', ...this.#place, stage });
    try {
      return await work();
    } finally {
      const durationMs = this.#clock.elapsedMs() - startMs;
      this.#stages.set(stage, (this.#stages.get(stage) ?? 0) + durationMs);
      this.#events.emit({ type: 'stage-finished', ...this.#place, stage, durationMs });
    }
  }
}
