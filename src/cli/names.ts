import { didYouMean } from '../config/did-you-mean.js';
import { type Configuration, XenBackupError } from '../core/index.js';

/** Names as they were typed. */
export interface NamesGiven {
  readonly guests: readonly string[];
  readonly hosts: readonly string[];
}

const listedNames = 20;

/**
 * Names of guests and hosts must be configured; a near one is proposed.
 *
 * @throws `guest-unknown`, `usage-invalid`.
 */
export function requireKnownNames(configuration: Configuration, given: NamesGiven): void {
  const guests = configuration.guests.map(({ name }) => name);
  const hosts = configuration.hosts.map(({ name }) => name);
  for (const host of given.hosts) {
    if (hosts.includes(host)) continue;
    const isGuest = guests.includes(host);
    throw new XenBackupError('usage-invalid', {
      message: `no host ${host} is configured${isGuest ? '' : didYouMean(host, hosts)}`,
      remedy: isGuest
        ? `${host} is a guest: name guests before --target, which takes all names behind it.`
        : `Configured are ${listed(hosts)}.`,
    });
  }
  for (const guest of given.guests) {
    if (guests.includes(guest)) continue;
    throw new XenBackupError('guest-unknown', {
      message: `no guest ${guest} is configured${didYouMean(guest, guests)}`,
      remedy: `Configured are ${listed(guests)}.`,
    });
  }
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const shown = names.slice(0, listedNames).join(', ');
  return names.length > listedNames ? `${shown} and ${names.length - listedNames} more` : shown;
}
