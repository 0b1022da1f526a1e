import {
  bootFiles,
  bridgesOf,
  type Finding,
  type GuestName,
  type HostName,
  judgeStandby,
  together,
} from '../../core/index.js';
import type { HostPool } from '../hosts/host-pool.js';
import { attempt, without } from './check-attempt.js';

/** What concerns one guest between two hosts: the way of the data, and its standby's definition. */
export async function checkPair(
  pool: HostPool,
  guest: GuestName,
  source: HostName,
  target: HostName,
): Promise<readonly Finding[]> {
  const place = { host: target, guest } as const;
  const path = await attempt({ subject: 'data-path', ...place }, () =>
    dataPath(pool, source, target, guest),
  );
  const definition = await attempt({ subject: 'definition', ...place }, () =>
    standby(pool, source, target, guest),
  );
  return [...path, ...definition];
}

async function dataPath(
  pool: HostPool,
  source: HostName,
  target: HostName,
  guest: GuestName,
): Promise<readonly Finding[]> {
  const [from, onto] = await together([pool.get(source), pool.get(target)]);
  const probe = await from.host.copier.probePeer(onto.host.peer);
  const place = { subject: 'data-path', host: target, guest } as const;
  if (probe.kind !== 'reachable') {
    return [
      {
        level: 'FAIL',
        ...place,
        message: `${source} does not reach ${target} for the data: ${probe.kind}: ${probe.text.trim()}`,
        remedy: `On ${source} as root: ssh -o BatchMode=yes ${onto.host.peer.address} true must work.`,
      },
    ];
  }
  if (probe.bootId !== onto.identity.bootId) {
    return [
      {
        level: 'FAIL',
        ...place,
        message: `${onto.host.peer.address}, as ${source} reaches it, is another machine than ${target}`,
        remedy: `Correct the replication address of ${target}.`,
      },
    ];
  }
  return [{ level: 'OK', ...place, message: `${source} reaches ${target} as rsync will` }];
}

async function standby(
  pool: HostPool,
  source: HostName,
  target: HostName,
  guest: GuestName,
): Promise<readonly Finding[]> {
  const { host } = await pool.get(target);
  const definition = await host.hypervisor.readDefinition(guest);
  if (definition === undefined) {
    const facts = { guest, host: target, source, autostart: 'off' } as const;
    return judgeStandby({ ...facts, missingBridges: [], missingBootFiles: [] });
  }
  return judgeStandby({
    guest,
    host: target,
    source,
    definition,
    autostart: (await host.hypervisor.isAutostarted(guest)) ? 'on' : 'off',
    missingBridges: await without(bridgesOf(definition), (name) =>
      host.tools.hasNetworkInterface(name),
    ),
    missingBootFiles: await without(bootFiles(definition), (path) => host.tools.hasFile(path)),
  });
}
