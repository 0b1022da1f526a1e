import { LabError } from './fail.js';

export type HostName = 'dom0a' | 'dom0b';

/** What is fixed about one of the two hosts. */
export interface HostSpec {
  readonly name: HostName;
  /** The host's sshd, as the outer machine reaches it: 127.0.0.1 and this port. */
  readonly sshPort: number;
  /** This end of the UDP pair that is the cable between the two hosts. */
  readonly linkPort: number;
  readonly controlMac: string;
  readonly linkMac: string;
  /** Address on the private link; `dom0a` and `dom0b` resolve to these on the hosts. */
  readonly linkAddress: string;
}

export const hosts: readonly [HostSpec, HostSpec] = [
  {
    name: 'dom0a',
    sshPort: 22_101,
    linkPort: 22_111,
    controlMac: '52:54:00:aa:00:01',
    linkMac: '52:54:00:aa:01:01',
    linkAddress: '192.168.77.11',
  },
  {
    name: 'dom0b',
    sshPort: 22_102,
    linkPort: 22_112,
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
