import { fileNameForGuest, type GuestName } from '../../core/index.js';
import type { HeldLock, LockAccess, LockOwner } from '../../ports/index.js';
import type { RunContext } from '../context.js';
import type { HostSession } from './host-session.js';

/** Between two attempts at a lock that is waited for. */
const lockPauseMs = 5_000;

export type GuestLock =
  | { readonly kind: 'held'; readonly lock: HeldLock }
  | { readonly kind: 'busy'; readonly reason: string };

/** Name of the lock that guards a guest's disks on a host. */
export function guestLockName(guest: GuestName): string {
  return `guest-${fileNameForGuest(guest)}`;
}

/**
 * One run at a time works on a guest's disks on a host; the lock says what it does with them. A lock
 * that is held is tried again for as long as the run is told to wait.
 *
 * @throws the signal's reason when it aborts during the wait.
 */
export async function lockGuest(
  context: RunContext,
  session: HostSession,
  guest: GuestName,
  access: LockAccess,
): Promise<GuestLock> {
  const { clock, events, signal, lockWaitMs = 0 } = context;
  const untilMs = clock.elapsedMs() + lockWaitMs;
  let told = '';
  for (;;) {
    const attempt = await session.host.locks.tryLock(guestLockName(guest), {
      runId: context.runId,
      controller: context.controller.nodeName,
      processId: context.controller.processId,
      since: new Date(clock.now()).toISOString(),
      access,
    });
    if (attempt.kind === 'held') return attempt;
    const reason = describeOwner(session.name, attempt.owner);
    const leftMs = untilMs - clock.elapsedMs();
    if (leftMs <= 0) return { kind: 'busy', reason };
    // Once for each owner: whoever waits sees whom for.
    if (reason !== told) {
      const message = `waiting: ${reason}`;
      events.emit({ type: 'notice', level: 'info', guest, host: session.name, message });
    }
    told = reason;
    await clock.sleep(Math.min(lockPauseMs, leftMs), signal);
  }
}

function describeOwner(host: string, owner: LockOwner | undefined): string {
  if (owner === undefined) return `another run holds its lock on ${host}`;
  const { runId, controller, processId, since } = owner;
  return `run ${runId} (process ${String(processId)} on ${controller}) has held its lock on ${host} since ${since}`;
}
