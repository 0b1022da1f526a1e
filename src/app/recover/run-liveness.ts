import type { RunId } from '../../core/index.js';
import type { HeldLock, Host, LockOwner } from '../../ports/index.js';
import { runLockName } from '../hosts/host-session.js';

/**
 * Tells dead runs from living ones on one host: a living run holds its lock. The lock of a dead
 * one is held by us while we clean up after it, so that nobody else does the same.
 */
export class RunLiveness {
  readonly #host: Host;
  readonly #owner: LockOwner;
  readonly #dead = new Map<RunId, HeldLock>();
  readonly #alive = new Set<RunId>();

  /** @param owner - who cleans up; its own run counts as alive. */
  constructor(host: Host, owner: LockOwner) {
    this.#host = host;
    this.#owner = owner;
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
    this.#dead.set(runId, attempt.lock);
    return true;
  }

  /** Runs that are dead, as far as they were asked about. */
  get dead(): readonly RunId[] {
    return [...this.#dead.keys()];
  }

  async release(): Promise<void> {
    await Promise.all([...this.#dead.values()].map((lock) => lock.release()));
    this.#dead.clear();
  }
}
