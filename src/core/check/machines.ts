import type { HostName } from '../model/index.js';
import type { Finding } from './finding.js';

/** A host that answered. */
export interface Machine {
  readonly host: HostName;
  /** /etc/machine-id; absent where there is none. */
  readonly machineId: string | undefined;
}

/** Hosts of one machine id: other machines by their boot id, so somebody has copied an installation. */
export function judgeMachines(machines: readonly Machine[]): readonly Finding[] {
  return machines.flatMap(({ host, machineId }, index): readonly Finding[] => {
    const twin = machines.slice(0, index).find((other) => other.machineId === machineId);
    if (machineId === undefined || twin === undefined) return [];
    return [
      {
        level: 'WARN',
        subject: 'host-identity',
        host,
        message: `${host} and ${twin.host} have one machine id: one is a copy of the other`,
        remedy: `On ${host}: empty /etc/machine-id, run systemd-machine-id-setup, and restart.`,
      },
    ];
  });
}
