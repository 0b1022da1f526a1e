import type { SimulatedClock } from '../world/clock.js';

/** Less than this is not worth a turn of the clock. */
const smallestStepMs = 25;

/**
 * How a copy passes its time: small pieces are saved up, so that a thousand small files do not
 * cost a thousand turns; large ones end as soon as the process is killed.
 */
export class Pace {
  readonly #clock: SimulatedClock;
  readonly #killed: AbortSignal;
  readonly #check: () => 'reachable' | 'silent';
  readonly #startedMs: number;
  #owedMs = 0;
  #silentSinceMs: number | undefined;

  /** @param check - throws when the other side is given up; called after each turn. */
  constructor(clock: SimulatedClock, killed: AbortSignal, check: () => 'reachable' | 'silent') {
    this.#clock = clock;
    this.#killed = killed;
    this.#check = check;
    this.#startedMs = clock.elapsedMs();
  }

  /** Simulated time since the copy began, with what is still owed. */
  get elapsedMs(): number {
    return this.#clock.elapsedMs() - this.#startedMs + this.#owedMs;
  }

  /** How long the other side has been silent. */
  get silentMs(): number {
    return this.#silentSinceMs === undefined ? 0 : this.#clock.elapsedMs() - this.#silentSinceMs;
  }

  async spend(durationMs: number): Promise<void> {
    this.#owedMs += durationMs;
    if (this.#owedMs >= smallestStepMs) await this.settle();
  }

  /** Passes all that is owed; waits while the other side cannot be reached. */
  async settle(): Promise<void> {
    const durationMs = this.#owedMs;
    this.#owedMs = 0;
    await this.#clock.sleep(durationMs, this.#killed);
    while (this.#look() === 'silent') await this.#clock.sleep(1000, this.#killed);
  }

  #look(): 'reachable' | 'silent' {
    const state = this.#check();
    if (state === 'reachable') this.#silentSinceMs = undefined;
    else this.#silentSinceMs ??= this.#clock.elapsedMs();
    return state;
  }
}
