import { fileNameForGuest, type GuestName } from '../../core/index.js';
import type { HeldLock, LockAccess, LockOwner } from '../../ports/index.js';
import type { RunContext } from '../context.js';
import type { HostSession } from './host-session.js';

export type GuestLock =
  | { readonly kind: 'held'; readonly lock: HeldLock }
  | { readonly kind: 'busy'; readonly reason: string };

/** Name of the lock that guards a guest's disks on a host. */
export function guestLockName(guest: GuestName): string {
  return `guest-${fileNameForGuest(guest)}`;
}

/** One run at a time works on a guest's disks on a host; the lock says what it does with them. */
export async function lockGuest(
  context: RunContext,
  session: HostSession,
  guest: GuestName,
  access: LockAccess,
): Promise<GuestLock> {
  const attempt = await session.host.locks.tryLock(guestLockName(guest), {
    runId: context.runId,
    controller: context.controller.nodeName,
    processId: context.controller.processId,
    since: new Date(context.clock.now()).toISOString(),
    access,
  });
  if (attempt.kind === 'held') return attempt;
  return { kind: 'busy', reason: describeOwner(session.name, attempt.owner) };
}

function describeOwner(host: string, owner: LockOwner | undefined): string {
  if (owner === undefined) return `another run holds its lock on ${host}`;
  const { runId, controller, processId, since } = owner;
  return `run ${runId} (process ${String(processId)} on ${controller}) has held its lock on ${host} since ${since}`;
}
