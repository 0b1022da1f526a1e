import { LabError } from './fail.js';
import { flavour } from './flavours/chosen.js';
import type { HostName, HostSpec } from './specs.js';

export type { HostName, HostSpec } from './specs.js';

export const hosts: readonly [HostSpec, HostSpec] = [
  {
    name: 'dom0a',
    sshPort: 22_101 + flavour.portOffset,
    linkPort: 22_111 + flavour.portOffset,
    controlMac: '52:54:00:aa:00:01',
    linkMac: '52:54:00:aa:01:01',
    linkAddress: '192.168.77.11',
  },
  {
    name: 'dom0b',
    sshPort: 22_102 + flavour.portOffset,
    linkPort: 22_112 + flavour.portOffset,
    controlMac: '52:54:00:bb:00:01',
    linkMac: '52:54:00:bb:01:01',
    linkAddress: '192.168.77.12',
  },
];

export const hostNames: readonly HostName[] = hosts.map((host) => host.name);

export function hostSpec(name: string): HostSpec {
  const found = hosts.find((host) => host.name === name);
  if (found === undefined) {
    throw new LabError(`the lab has no host "${name}"`, {
      remedy: `its hosts are ${hostNames.join(' and ')}`,
    });
  }
  return found;
}

export function peerOf(host: HostSpec): HostSpec {
  return host === hosts[0] ? hosts[1] : hosts[0];
}

/** The volume group that both hosts keep guests' disks in. */
export const hostVolumeGroup = 'VolGroupXX';
