import {
  type GuestConfiguration,
  type HostInventory,
  type HostName,
  toXenBackupError,
} from '../../core/index.js';
import type { RunContext } from '../context.js';
import type { HostPool } from '../hosts/host-pool.js';
import { recoverHost } from '../recover/recover-host.js';

/**
 * A guest that a dead run of ours left paused is not one that an operator paused: its host is
 * cleaned up before it is judged, and then it is replicated as if nothing had been.
 *
 * @returns `recovered` when a host may show other states now.
 */
export async function recoverPausedGuests(
  context: RunContext,
  pool: HostPool,
  guests: readonly GuestConfiguration[],
  inventories: ReadonlyMap<HostName, HostInventory>,
): Promise<'recovered' | 'unchanged'> {
  let changed: 'recovered' | 'unchanged' = 'unchanged';
  for (const inventory of inventories.values()) {
    if (inventory.kind !== 'known') continue;
    const paused = guests.filter(({ name }) => inventory.domains.get(name) === 'paused');
    if (paused.length === 0) continue;
    try {
      const identified = await pool.get(inventory.host);
      const holds = await identified.host.holds.list();
      if (!holds.some(({ guest }) => paused.some(({ name }) => name === guest))) continue;
      await recoverHost(context, identified);
      changed = 'recovered';
    } catch (error) {
      const { message, remedy } = toXenBackupError(error);
      const { host } = inventory;
      context.events.emit({ type: 'notice', level: 'error', host, message, remedy });
    }
  }
  return changed;
}
