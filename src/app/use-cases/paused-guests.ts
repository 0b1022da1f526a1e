import {
  type GuestConfiguration,
  type GuestName,
  type HostInventory,
  type HostName,
  toXenBackupError,
} from '../../core/index.js';
import type { RunContext } from '../context.js';
import type { HostPool } from '../hosts/host-pool.js';
import { recoverHost } from '../recover/recover-host.js';
import { type ActingHost, takeInventory } from '../stages/inventory.js';

/**
 * What every host says of its guests, where a pause of ours does not count as one of an operator's:
 * a guest that a dead run left paused goes on before it is judged, by what cleans up its host; one
 * that a living run has paused for its snapshots counts as running, so that its lock decides.
 */
export async function takeInventoryPastPauses(
  context: RunContext,
  pool: HostPool,
  guests: readonly GuestConfiguration[],
  acting: ActingHost | undefined,
): Promise<ReadonlyMap<HostName, HostInventory>> {
  const seen = await takeInventory(pool, guests, acting);
  const held = new Map<HostName, ReadonlySet<GuestName>>();
  for (const inventory of seen.values()) {
    if (inventory.kind !== 'known') continue;
    const paused = guests
      .map(({ name }) => name)
      .filter((name) => inventory.domains.get(name) === 'paused');
    if (paused.length === 0) continue;
    const byUs = await releaseOfDeadRuns(context, pool, inventory.host, paused);
    if (byUs !== undefined) held.set(inventory.host, byUs);
  }
  return held.size === 0 ? seen : takeInventory(pool, guests, acting, held);
}

/**
 * @returns the guests that are still held there; `undefined` where no pause is ours, or who holds
 *   what could not be found out.
 */
async function releaseOfDeadRuns(
  context: RunContext,
  pool: HostPool,
  host: HostName,
  paused: readonly GuestName[],
): Promise<ReadonlySet<GuestName> | undefined> {
  try {
    const identified = await pool.get(host);
    const { holds } = identified.host;
    const found = await holds.list();
    if (!found.some(({ guest }) => paused.includes(guest))) return undefined;
    await recoverHost(context, identified);
    // A dead run's that could not be released is among them: its lock is free, and the state is
    // asked again under the lock.
    return new Set((await holds.list()).map(({ guest }) => guest));
  } catch (error) {
    const { message, remedy } = toXenBackupError(error);
    context.events.emit({ type: 'notice', level: 'error', host, message, remedy });
    return undefined;
  }
}
