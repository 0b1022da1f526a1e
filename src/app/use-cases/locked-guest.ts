import {
  type HostName,
  type StandbyRecord,
  together,
  toXenBackupError,
  XenBackupError,
} from '../../core/index.js';
import type { HeldLock, LockAccess } from '../../ports/index.js';
import type { RunContext } from '../context.js';
import { lockGuest } from '../hosts/guest-locks.js';
import type { HostSession } from '../hosts/host-session.js';
import { requireProvenNewest } from '../standby/proven-newest.js';
import { readRecord } from '../standby/records.js';
import type { GuestRequest, LockedTarget } from './guest-replication.js';

/** A guest whose disks no other run works on, with what its hosts remember of it. */
export interface LockedGuest {
  /** Its signal aborts, too, when the source is no longer ours alone. */
  readonly context: RunContext;
  readonly source: HostSession;
  readonly sourceRecord: StandbyRecord | undefined;
  readonly targets: readonly LockedTarget[];
}

/** A host that is left out, and why. */
export interface Refusal {
  readonly code: string;
  readonly reason: string;
  readonly remedy?: string;
}

/** The locks of one guest on its hosts: the source first, then all targets together. */
export class GuestLocks {
  readonly #request: GuestRequest;
  readonly #refuse: (host: HostName, refusal: Refusal) => void;
  readonly #held: HeldLock[] = [];

  /** @param refuse - Hears of each target that cannot be locked or asked. */
  constructor(request: GuestRequest, refuse: (host: HostName, refusal: Refusal) => void) {
    this.#request = request;
    this.#refuse = refuse;
  }

  /**
   * Locks the guest wherever it is to be read or written.
   *
   * @throws `lock-busy` for the source; what `requireProvenNewest` throws for one that is shut off;
   * and what ports throw on the source.
   */
  async take(): Promise<LockedGuest> {
    const { context, sessions, guest, decision } = this.#request;
    // Begun together: on each host that is a dozen commands, which need not wait for one another.
    // What goes wrong on a target is heard when it is its turn.
    for (const host of decision.targets) sessions.get(host).catch(() => undefined);
    const source = await sessions.get(decision.source);
    const { lost } = await this.#lock(context, source, 'read-only');
    const signal = AbortSignal.any([context.signal, lost, source.lost]);
    const ownContext = { ...context, signal };
    const { stateDirectory } = context.configuration;
    const [sourceRecord, targets] = await together([
      readRecord(source.host, stateDirectory, guest.name),
      this.#lockTargets(ownContext),
    ]);
    await this.#requireNewestSource(sourceRecord, targets);
    return { context: ownContext, source, sourceRecord, targets };
  }

  /** One that cannot be released any more dies with its connection. */
  async release(): Promise<void> {
    await Promise.allSettled(this.#held.map((lock) => lock.release()));
  }

  /** @throws `lock-busy`, and what ports throw. */
  async #lock(context: RunContext, session: HostSession, access: LockAccess): Promise<HeldLock> {
    const lock = await lockGuest(context, session, this.#request.guest.name, access);
    if (lock.kind === 'busy') throw new XenBackupError('lock-busy', { message: lock.reason });
    this.#held.push(lock.lock);
    return lock.lock;
  }

  /** Targets that cannot be locked or asked are reported and left out; the others go on. */
  async #lockTargets(context: RunContext): Promise<readonly LockedTarget[]> {
    const { targets } = this.#request.decision;
    const attempts = await Promise.allSettled(
      targets.map((host) => this.#lockTarget(context, host)),
    );
    return attempts.flatMap((attempt, index) => {
      if (attempt.status === 'fulfilled') return [attempt.value];
      const { code, message, remedy } = toXenBackupError(attempt.reason);
      this.#refuse(targets[index] ?? '', { code, reason: message, remedy });
      return [];
    });
  }

  /** @throws `lock-busy`, and what ports throw. */
  async #lockTarget(context: RunContext, host: HostName): Promise<LockedTarget> {
    const { sessions, guest, mode } = this.#request;
    const session = await sessions.get(host);
    const { lost } = await this.#lock(
      context,
      session,
      mode === 'run' ? 'read-write' : 'read-only',
    );
    const { stateDirectory } = context.configuration;
    return {
      session,
      record: await readRecord(session.host, stateDirectory, guest.name),
      lost: AbortSignal.any([lost, session.lost]),
    };
  }

  /** A source that runs has the newest data by that; one that is shut off must prove it. */
  async #requireNewestSource(
    sourceRecord: StandbyRecord | undefined,
    targets: readonly LockedTarget[],
  ): Promise<void> {
    const { decision, sourceState, standbyChanges } = this.#request;
    if (sourceState !== 'shut-off') return;
    const others = await this.#otherRecords(targets);
    requireProvenNewest(decision.source, sourceRecord, others, standbyChanges);
  }

  /**
   * What all other hosts of the guest remember, whether they are to be served or not.
   *
   * @throws when one of them cannot be asked: it may have the newest data.
   */
  async #otherRecords(
    locked: readonly LockedTarget[],
  ): Promise<readonly (StandbyRecord | undefined)[]> {
    const { context, sessions, guest, decision } = this.#request;
    const others = guest.hosts.filter((host) => host !== decision.source);
    return together(
      others.map(async (name) => {
        const known = locked.find(({ session }) => session.name === name);
        if (known !== undefined) return known.record;
        const { host } = await sessions.get(name);
        return readRecord(host, context.configuration.stateDirectory, guest.name);
      }),
    );
  }
}
