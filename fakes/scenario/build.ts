import { XenBackupError } from '../../src/core/errors/index.js';
import { settleUdev } from '../block/udev-queue.js';
import { isSimulationError } from '../world/errors.js';
import { createWorld } from '../world/create.js';
import type { Machine, World } from '../world/state.js';
import { defineDomains, startDomains, volumesOf } from './build-domains.js';
import {
  applyChanges,
  buildHost,
  buildVolumes,
  carriersOf,
  copyVolumes,
  fillVolumes,
  mountOthers,
} from './build-host.js';
import { buildNetwork } from './build-network.js';
import type { Scenario } from './load.js';
import type { HostInput } from './schema.js';

/**
 * Builds the world a scenario describes: disks first, then copies, then what differs, then the
 * guests start.
 *
 * @throws `scenario-invalid` for what only shows when it is built (a partition that does not fit).
 */
export async function buildWorld(scenario: Scenario): Promise<World> {
  try {
    return await build(scenario);
  } catch (error) {
    if (!isSimulationError(error)) throw error;
    const message = `${scenario.file}: ${error.subject}: ${error.message}`;
    throw new XenBackupError('scenario-invalid', { message, cause: error });
  }
}

async function build(scenario: Scenario): Promise<World> {
  const world = createWorld({ seed: scenario.seed ?? scenario.file });
  const domains = Object.entries(scenario.domains ?? {});
  for (const [name, host] of Object.entries(scenario.hosts)) buildHost(world, name, host);
  const hosts = originalsFirst(scenario.hosts).map(([name, given]) => ({
    machine: machineNamed(world, name),
    original: given.like,
    input: withOriginal(scenario.hosts, given),
    given,
  }));
  for (const { machine, original, input, given } of hosts) {
    const carriers = carriersOf(input);
    const guests = domains.map(([, domain]) =>
      volumesOf(domain, machine.name).filter((path) => carriers.has(path)),
    );
    buildVolumes(machine, input);
    if (original === undefined) fillVolumes(machine, input, guests);
    else {
      const copied = [...carriersOf(scenario.hosts[original] ?? {}).keys()];
      copyVolumes(machineNamed(world, original), machine, copied);
      fillVolumes(machine, given, guests);
    }
    applyChanges(machine, given, guests);
    mountOthers(machine, given);
  }
  const { identifiers } = world;
  for (const [name, domain] of domains) {
    defineDomains(world.machines, name, domain, () => identifiers.uuid());
  }
  for (const machine of world.machines.values()) await settleUdev(machine, 3_600_000);
  buildNetwork(world, scenario.ssh);
  for (const { machine, given } of hosts)
    machine.udev.autoActivation = given.autoActivation ?? 'on';
  for (const [name, domain] of domains) startDomains(world.machines, name, domain);
  for (const { machine, given } of hosts) machine.power = given.power ?? 'on';
  return world;
}

/** A copy comes after what it is a copy of. */
function originalsFirst(
  hosts: Readonly<Record<string, HostInput>>,
): readonly (readonly [string, HostInput])[] {
  const entries = Object.entries(hosts);
  const isCopy = ([, { like }]: readonly [string, HostInput]): boolean => like !== undefined;
  return [...entries.filter((entry) => !isCopy(entry)), ...entries.filter(isCopy)];
}

/** A copy has its original's groups, pools and volumes (blank at first), and its own on top. */
function withOriginal(hosts: Readonly<Record<string, HostInput>>, host: HostInput): HostInput {
  const original = host.like === undefined ? undefined : hosts[host.like];
  if (original === undefined) return host;
  return {
    ...host,
    volumeGroups: { ...original.volumeGroups, ...host.volumeGroups },
    thinPools: { ...original.thinPools, ...host.thinPools },
    volumes: { ...original.volumes, ...host.volumes },
    disks: { ...original.disks, ...host.disks },
    images: { ...original.images, ...host.images },
  };
}

function machineNamed(world: World, name: string): Machine {
  const machine = world.machines.get(name);
  if (machine === undefined)
    throw new XenBackupError('internal', { message: `no machine ${name}` });
  return machine;
}
