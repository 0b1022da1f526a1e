import type { SnapshotSize } from '../model/index.js';
import type { ScenarioDocument } from './document.js';
import { captureDomain } from './domain.js';
import type { GuestFacts } from './facts.js';
import { captureHost } from './host.js';
import { AnonymousNames, type Names, trueNames } from './names.js';

/** Whether names, addresses and UUIDs of the site are those of the site. */
export type NamesInCapture = 'anonymous' | 'kept';

/**
 * A scenario on which `plan` says of a guest what it says on its hosts. Pure. Of the guest's own
 * files there is nothing in it but the lines of fstab(5) that the order of mounting comes from.
 */
export function captureScenario(facts: GuestFacts, naming: NamesInCapture): ScenarioDocument {
  const names: Names = naming === 'kept' ? trueNames() : new AnonymousNames();
  const { guest, hosts, actingHost, libvirtUri, stateDirectory } = facts;
  // In the order of the configuration, so that equal facts get equal names.
  for (const name of guest.hosts) names.host(name);
  const { snapshotSize, exclude, consistency, withoutSnapshot } = guest;
  return {
    version: 1,
    description: `Captured by xen-backup: plan ${names.guest(guest.name)}`,
    seed: 'capture',
    ...(actingHost === undefined ? {} : { runOn: names.host(actingHost) }),
    configuration: {
      libvirtUri,
      stateDir: stateDirectory,
      hosts: Object.fromEntries(
        hosts.map(({ name, address }) => [names.host(name), { address: names.address(address) }]),
      ),
      guests: {
        [names.guest(guest.name)]: {
          hosts: guest.hosts.map((name) => names.host(name)),
          snapshotSize: snapshotSizeText(snapshotSize),
          exclude,
          consistency,
          ...(withoutSnapshot.length === 0 ? {} : { withoutSnapshot }),
        },
      },
    },
    hosts: Object.fromEntries(
      hosts.map((host) => [names.host(host.name), captureHost(facts, host, names)]),
    ),
    domains: { [names.guest(guest.name)]: captureDomain(facts, names) },
  };
}

function snapshotSizeText(size: SnapshotSize): string {
  return size.kind === 'bytes' ? `${String(size.bytes)}B` : `${String(size.percent)}%`;
}
