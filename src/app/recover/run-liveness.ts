import { type RunId, together, toXenBackupError } from '../../core/index.js';
import type { HeldLock, Host, LockOwner } from '../../ports/index.js';
import { runLockName } from '../hosts/host-session.js';

const nothing = (): Promise<void> => Promise.resolve();

/**
 * Tells dead runs from living ones on one host: a living run holds its lock. The lock of a dead
 * one is held by us while we clean up after it, so that nobody else does the same.
 */
export class RunLiveness {
  readonly #host: Host;
  readonly #owner: LockOwner;
  readonly #dead = new Map<RunId, HeldLock>();
  readonly #alive = new Set<RunId>();
  readonly #onDead: (runId: RunId) => Promise<void>;
  readonly #problems: string[] = [];

  /**
   * @param owner - who cleans up; its own run counts as alive.
   * @param onDead - what has to succeed before anything of a dead run is touched. When it fails,
   * the run counts as alive, and the reason is among the {@link problems}.
   */
  constructor(host: Host, owner: LockOwner, onDead: (runId: RunId) => Promise<void> = nothing) {
    this.#host = host;
    this.#owner = owner;
    this.#onDead = onDead;
    this.#alive.add(owner.runId);
  }

  async isDead(runId: RunId): Promise<boolean> {
    if (this.#alive.has(runId)) return false;
    if (this.#dead.has(runId)) return true;
    const attempt = await this.#host.locks.tryLock(runLockName(runId), this.#owner);
    if (attempt.kind === 'busy') {
      this.#alive.add(runId);
      return false;
    }
    // Held in any case: released with all others, also when what follows fails.
    this.#dead.set(runId, attempt.lock);
    try {
      await this.#onDead(runId);
    } catch (error) {
      this.#alive.add(runId);
      this.#problems.push(`${this.#host.name}: run ${runId} (${toXenBackupError(error).message})`);
    }
    return !this.#alive.has(runId);
  }

  /** Takes a lock that nobody holds, and releases it: with that its files are gone. */
  async tidyLock(name: string): Promise<void> {
    const owner = { ...this.#owner, access: 'read-only' } as const;
    const attempt = await this.#host.locks.tryLock(name, owner);
    if (attempt.kind === 'held') await attempt.lock.release();
  }

  /** In words, why runs that seem dead were left alone. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  async release(): Promise<void> {
    // With the lock go its files.
    await together([...this.#dead.values()].map((lock) => lock.release()));
    this.#dead.clear();
  }
}
