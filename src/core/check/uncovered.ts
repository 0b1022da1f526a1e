import { type HostInventory, stateMeaning } from '../inventory/index.js';
import type { GuestConfiguration, HostName } from '../model/index.js';
import type { Finding } from './finding.js';

/** Guests that run and that nobody has said to replicate. */
export function uncoveredGuests(
  inventories: ReadonlyMap<HostName, HostInventory>,
  guests: readonly GuestConfiguration[],
): readonly Finding[] {
  return [...inventories.values()].flatMap((inventory): readonly Finding[] => {
    if (inventory.kind !== 'known') return [];
    const { host, domains } = inventory;
    return [...domains]
      .filter(([name]) => !guests.some((guest) => guest.name === name))
      .filter(([, state]) => stateMeaning(state).kind === 'replicate')
      .map(([name]) => ({
        level: 'WARN',
        subject: 'uncovered-guest',
        host,
        guest: name,
        message: `${name} runs on ${host}, and no configuration names it`,
        remedy: `Add it under guests, if it is to have a standby.`,
      }));
  });
}
