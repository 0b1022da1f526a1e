/** Who holds a lock: printed by whoever finds it taken. */
export interface LockOwner {
  readonly runId: string;
  /** Node name of the machine that controls the run. */
  readonly controller: string;
  readonly processId: number;
  /** ISO 8601, for people. */
  readonly since: string;
  /**
   * What the owner does with the guest's disks on this host. The libvirt hook lets a guest start
   * only where they are read: absent counts as `read-write`. Stands last in the file.
   */
  readonly access?: LockAccess;
}

/** `read-only`: the guest's disks are read, and may be used meanwhile. */
export type LockAccess = 'read-only' | 'read-write';

/** A lock that we hold. */
export interface HeldLock {
  /**
   * Ends the process that holds the lock and removes what the lock left on the host, unless a
   * writer still lives there.
   */
  release(): Promise<void>;
  /** Aborts when the lock is lost (its process or its connection died). */
  readonly lost: AbortSignal;
}

/** What came of the attempt to take a lock. */
export type LockAttempt =
  | { readonly kind: 'held'; readonly lock: HeldLock }
  | { readonly kind: 'busy'; readonly owner?: LockOwner };

/** Locks held by a process on the host they protect (flock): a dead owner never blocks. */
export interface Locks {
  tryLock(name: string, owner: LockOwner): Promise<LockAttempt>;
}
