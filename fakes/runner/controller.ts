/**
 * Thrown by everything simulated once the process of xen-backup is dead. The harness that sees it
 * knows that the program ended by SIGKILL; whatever the program still does has no effect.
 */
export class SimulatedDeath extends Error {
  /** Always `SimulatedDeath`. */
  override readonly name = 'SimulatedDeath';
  constructor() {
    super('xen-backup was killed with SIGKILL here');
  }
}

/** One life of the program under test: from its start to its end or its death. */
export class Controller {
  /** Machine it runs on, or `outside`. */
  readonly machine: string;
  readonly #mourners = new Set<() => void>();
  #alive = true;

  constructor(machine: string) {
    this.machine = machine;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /**
   * The end, by kill -9 or in order: this side's ends of all pipes close. What was started on
   * hosts goes on as long as it can without them.
   */
  die(): void {
    if (!this.#alive) return;
    this.#alive = false;
    for (const mourner of this.#mourners) mourner();
    this.#mourners.clear();
  }

  /** @returns takes the callback back. */
  onDeath(callback: () => void): () => void {
    this.#mourners.add(callback);
    return () => {
      this.#mourners.delete(callback);
    };
  }

  /** @throws SimulatedDeath when it is dead. */
  requireAlive(): void {
    if (!this.#alive) throw new SimulatedDeath();
  }

  /** The work's result, unless death comes first. @throws SimulatedDeath */
  async orDeath<T>(work: Promise<T>): Promise<T> {
    this.requireAlive();
    let forget = (): void => undefined;
    const died = new Promise<never>((_resolve, reject) => {
      forget = this.onDeath(() => {
        reject(new SimulatedDeath());
      });
    });
    try {
      return await Promise.race([work, died]);
    } finally {
      forget();
    }
  }
}
