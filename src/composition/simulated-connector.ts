import { createAskingRunner } from '../adapters/questions/index.js';
import { type Configuration, type HostConfiguration, XenBackupError } from '../core/index.js';
import type { Clock, HostRunner } from '../ports/index.js';
import type { CommandTrace } from './command-trace.js';
import { type Connector, replicationPeer } from './connector.js';
import { createHost } from './host.js';

/**
 * What a simulation offers: a runner for each host that understands the real tools' arguments.
 * `createSimulation` of `xen-backup/simulation` makes one.
 */
export interface SimulatedHosts {
  /** Time of the simulation. */
  readonly clock: Clock;
  /** The configured host that xen-backup runs on; `undefined` when it runs outside all of them. */
  actingHost(configuration: Configuration): string | undefined;
  /**
   * A runner for a host.
   *
   * @throws what connecting over SSH throws: see `HostConnector.connect`.
   */
  connect(host: HostConfiguration): Promise<HostRunner>;
}

/** What a connector to simulated hosts may be given. */
export interface SimulatedConnectorOptions {
  /** Records every command. */
  readonly trace?: CommandTrace;
}

/** Reaches simulated hosts: the real adapters, over simulated runners. */
export function createSimulatedConnector(
  simulation: SimulatedHosts,
  configuration: Configuration,
  options: SimulatedConnectorOptions = {},
): Connector {
  const { clock } = simulation;
  const connected = new Set<HostRunner>();
  let marks = 0;
  // Nobody guesses in a simulation, and every run of one is to be like the other.
  const newMark = (): string => String((marks += 1)).padStart(32, '0');
  return {
    clock,
    connect: async (name) => {
      const host = configuration.hosts.find((candidate) => candidate.name === name);
      if (host === undefined) {
        throw new XenBackupError('usage-invalid', { message: `no host ${name} is configured` });
      }
      const hostRunner = await simulation.connect(host);
      connected.add(hostRunner);
      const runner = createAskingRunner({ hostName: name, runner: hostRunner, newMark });
      return createHost({
        name,
        runner: options.trace?.watch(name, runner) ?? runner,
        peer: replicationPeer(host),
        clock,
        libvirtUri: configuration.libvirtUri,
        close: () => {
          connected.delete(hostRunner);
          return hostRunner.close();
        },
      });
    },
    actingHost: () => Promise.resolve(simulation.actingHost(configuration)),
    close: async () => {
      await Promise.allSettled([...connected].map((runner) => runner.close()));
      connected.clear();
    },
  };
}
