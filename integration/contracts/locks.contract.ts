import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HeldLock, LockAttempt, LockOwner, Locks } from '../../src/ports/index.js';

export interface OpenedLocks {
  /** Two controllers of one host. */
  readonly first: Locks;
  readonly second: Locks;
  /** Kills, on the host, whatever process holds this lock of `first`. */
  killHolder(name: string): Promise<void>;
  close(): Promise<void>;
}

export interface LocksHarness {
  readonly name: string;
  open(): Promise<OpenedLocks>;
}

const owner: LockOwner = {
  runId: 'abcdefghij',
  controller: 'dom0a\'s "node" $(id)',
  processId: 4711,
  since: '2026-01-02T03:04:05.678Z',
};

function held(attempt: LockAttempt): HeldLock {
  if (attempt.kind !== 'held') throw new Error('the lock is busy');
  return attempt.lock;
}

/** What {@link Locks} promise. */
export function describeLocks(harness: LocksHarness): void {
  describe(`locks contract: ${harness.name}`, () => {
    let opened: OpenedLocks;
    beforeAll(async () => {
      opened = await harness.open();
    });
    afterAll(async () => {
      await opened.close();
    });

    it('gives a lock to one and names the owner to the other', async () => {
      const lock = held(await opened.first.tryLock('web', owner));
      const other = { ...owner, runId: 'zzzzzzzzzz' };
      expect(await opened.second.tryLock('web', other)).toEqual({ kind: 'busy', owner });
      await lock.release();
      expect(lock.lost.aborted).toBe(false);
      const next = held(await opened.second.tryLock('web', other));
      expect(await opened.first.tryLock('web', owner)).toEqual({ kind: 'busy', owner: other });
      await next.release();
    });

    it('keeps locks of different names apart', async () => {
      const one = held(await opened.first.tryLock('one', owner));
      const two = held(await opened.second.tryLock('two', owner));
      await Promise.all([one.release(), two.release()]);
    });

    it('can be released twice', async () => {
      const lock = held(await opened.first.tryLock('twice', owner));
      await lock.release();
      await lock.release();
    });

    it('is free, and says that it was lost, when its holder is killed', async () => {
      const lock = held(await opened.first.tryLock('killed', owner));
      const lost = new Promise((resolve) => {
        lock.lost.addEventListener('abort', resolve, { once: true });
      });
      await opened.killHolder('killed');
      await lost;
      expect(lock.lost.reason).toMatchObject({ code: 'host-unreachable' });
      await held(await opened.second.tryLock('killed', owner)).release();
      await lock.release();
    });

    it.each(['', '..', 'a/b', '-x'])('refuses %j as a name', async (name) => {
      await expect(opened.first.tryLock(name, owner)).rejects.toMatchObject({ code: 'internal' });
    });
  });
}
