import { randomBytes } from 'node:crypto';
import {
  type Configuration,
  type HostConfiguration,
  type HostName,
  together,
  XenBackupError,
} from '../core/index.js';
import type { Clock, Host } from '../ports/index.js';
import { createAskingRunner } from '../adapters/questions/index.js';
import { createLocalRunner } from '../adapters/local/index.js';
import { createHostIdentityReader } from '../adapters/identity/index.js';
import type { CommandTrace } from './command-trace.js';
import { type Connector, type HostLink, replicationPeer } from './connector.js';
import { createHost } from './host.js';
import { type HostPlace, placeOfHost } from './local-host.js';
import { connectRemote } from './remote-link.js';
import { systemClock } from './system-clock.js';
import { type ThisMachine, thisMachine } from './this-machine.js';

/** What a connector to real hosts may be given. */
export interface RealConnectorOptions {
  /** Paces waits on hosts. Default: the time of this machine. */
  readonly clock?: Clock;
  /** Records every command. */
  readonly trace?: CommandTrace;
}

/**
 * Reaches the hosts of a configuration: the one that this machine is by starting processes, all
 * others by SSH.
 */
export function createRealConnector(
  configuration: Configuration,
  options: RealConnectorOptions = {},
): Connector {
  return new RealConnector(configuration, options);
}

/** What a test may put in the place of the real world. */
export interface RealWorld {
  readonly machine?: ThisMachine;
  readonly connectRemote?: (host: HostConfiguration) => Promise<HostLink>;
}

/** {@link createRealConnector}, in a world that can be replaced. */
export class RealConnector implements Connector {
  readonly clock: Clock;
  readonly #configuration: Configuration;
  readonly #trace: CommandTrace | undefined;
  readonly #machine: ThisMachine;
  readonly #connectRemote: (host: HostConfiguration) => Promise<HostLink>;
  readonly #places = new Map<HostName, Promise<HostPlace>>();
  readonly #links = new Map<HostName, Promise<PlacedLink>>();

  constructor(
    configuration: Configuration,
    options: RealConnectorOptions = {},
    world: RealWorld = {},
  ) {
    this.clock = options.clock ?? systemClock;
    this.#configuration = configuration;
    this.#trace = options.trace;
    this.#machine = world.machine ?? thisMachine();
    this.#connectRemote = world.connectRemote ?? connectRemote;
  }

  async connect(name: HostName): Promise<Host> {
    const host = this.#configured(name);
    const link = await this.#link(host);
    const runner = createAskingRunner({ hostName: name, runner: link.runner, newMark });
    return createHost({
      name,
      runner: this.#trace?.watch(name, runner) ?? runner,
      peer: replicationPeer(host),
      clock: this.clock,
      libvirtUri: this.#configuration.libvirtUri,
      close: async () => {
        this.#links.delete(name);
        await link.close();
      },
    });
  }

  async actingHost(): Promise<HostName | undefined> {
    const hosts = this.#configuration.hosts;
    const places = await together(hosts.map((host) => this.#place(host)));
    const decided = hosts.find((_, index) => places[index] === 'this-machine');
    if (decided !== undefined || this.#machine.bootId() === undefined) return decided?.name;
    const unproven = hosts.filter((_, index) => places[index] === 'unproven');
    const found = await together(
      // A host that does not answer is not this machine; its error comes when it is needed.
      unproven.map((host) =>
        this.#link(host).then(
          ({ place }) => place,
          () => 'elsewhere' as const,
        ),
      ),
    );
    return unproven.find((_, index) => found[index] === 'this-machine')?.name;
  }

  async close(): Promise<void> {
    const links = await Promise.allSettled(this.#links.values());
    this.#links.clear();
    await Promise.allSettled(
      links.flatMap((link) => (link.status === 'fulfilled' ? [link.value.close()] : [])),
    );
  }

  #configured(name: HostName): HostConfiguration {
    const host = this.#configuration.hosts.find((candidate) => candidate.name === name);
    if (host !== undefined) return host;
    throw new XenBackupError('usage-invalid', { message: `no host ${name} is configured` });
  }

  #place(host: HostConfiguration): Promise<HostPlace> {
    return remembered(this.#places, host.name, () => placeOfHost(host, this.#machine));
  }

  #link(host: HostConfiguration): Promise<PlacedLink> {
    return remembered(this.#links, host.name, () => this.#open(host));
  }

  async #open(host: HostConfiguration): Promise<PlacedLink> {
    const place = await this.#place(host);
    if (place === 'this-machine') return this.#openLocal(host);
    const remote = await this.#connectRemote(host);
    if (place === 'elsewhere' || !(await this.#isThisMachine(host, remote))) {
      return { ...remote, place: 'elsewhere' };
    }
    await remote.close();
    return this.#openLocal(host);
  }

  #openLocal(host: HostConfiguration): PlacedLink {
    const { userId } = this.#machine;
    if (userId !== 0 && !host.sudo) {
      throw new XenBackupError('privilege-missing', {
        message: `${host.name} is this machine, and xen-backup runs as user ${userId}, not as root`,
      });
    }
    const runner = createLocalRunner({
      hostName: host.name,
      elevation: host.sudo ? 'sudo' : 'none',
    });
    return { runner, close: () => runner.close(), place: 'this-machine' };
  }

  async #isThisMachine(host: HostConfiguration, remote: HostLink): Promise<boolean> {
    try {
      const { bootId } = await createHostIdentityReader({
        runner: remote.runner,
        hostName: host.name,
      }).read();
      return bootId === this.#machine.bootId();
    } catch (error) {
      await remote.close();
      throw error;
    }
  }
}

/** No output can contain it: nobody could know it before. */
function newMark(): string {
  return randomBytes(16).toString('hex');
}

interface PlacedLink extends HostLink {
  readonly place: Exclude<HostPlace, 'unproven'>;
}

function remembered<K, V>(memory: Map<K, V>, key: K, make: () => V): V {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const made = make();
  memory.set(key, made);
  return made;
}
