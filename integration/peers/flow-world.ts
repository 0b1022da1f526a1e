import { dirname } from 'node:path';
import { z } from 'zod';
import { readTextIfAny } from '../../fakes/filesystem/files.js';
import { hostObjects, objectsLeft } from '../../fakes/judge/objects.js';
import { createSimulation, type Simulation } from '../../fakes/simulation.js';
import type { Machine } from '../../fakes/world/state.js';
import { createLocalRunner } from '../../src/adapters/local/index.js';
import type { SshRunner } from '../../src/adapters/ssh/index.js';
import { runReplication } from '../../src/app/use-cases/run.js';
import { withRunContext } from '../../src/composition/run-context.js';
import { createSimulatedConnector } from '../../src/composition/simulated-connector.js';
import type { Configuration, RunEvent, RunReport } from '../../src/core/index.js';
import type { Argv, CommandRunner } from '../../src/ports/index.js';
import type { CopyWorld } from './copy-world.js';
import type { KnownContents } from './flow-materialise.js';
import { type RealMount, RealMounts } from './flow-mounts.js';
import { flowRunner, type PreparedSender, toldFirst } from './flow-runner.js';
import { flowScenario, guest, sourceHost, targetHost } from './flow-scenario.js';
import { placesOf, type SenderPlaces, withPlaces } from './flow-sender.js';
import { execHere } from './peer/exec-here.js';
import { sshClient } from './ssh-client.js';
import { type Tree, walkTree } from './tree-walker.js';

/** A copy that was asked for, and what ran for it. */
export interface RealCopy {
  readonly asked: Argv;
  readonly ran: Argv;
  readonly pass: SenderPlaces['pass'];
  /** State in the target's record of the guest as the copy began; `none` without one. */
  readonly recordState: string;
  /** Where it was to write, and what was there before. */
  readonly target: RealMount;
  readonly before: Tree;
}

export interface FlowResult {
  readonly report: RunReport;
  readonly events: readonly RunEvent[];
  readonly copies: readonly RealCopy[];
  /** What the run left on both simulated hosts. */
  readonly left: readonly string[];
}

const recordStateSchema = z.object({ state: z.string() });

/** Puts something else in the place of a real file system, after its identity was proven. */
export interface Swap {
  readonly side: 'source' | 'target';
  /** The first pass that meets it. */
  readonly pass: SenderPlaces['pass'];
  /** Mount point of what stands there then. */
  readonly mountPoint: string;
}

/** How the hosts of a flow are reached. Default: as a runner reaches them. */
export interface FlowWays {
  /** Where each command for a host is told first, by the host’s name; it runs as it arrived there. */
  readonly told?: Readonly<Record<string, CommandRunner>>;
  /** `as-asked`: receivers get the places of the run itself, which the peer then has. */
  readonly places?: 'as-asked';
}

/** Simulated hosts whose copies are real: from file systems of this machine, onto a peer. */
export class FlowWorld {
  readonly simulation: Simulation;
  readonly source: RealMounts;
  readonly target: RealMounts;
  readonly #copying: CopyWorld;
  readonly #client: SshRunner;
  readonly #configuration: Configuration;
  readonly #ways: FlowWays;
  /** Mount points of runs at which the peer shows its file systems. */
  readonly #shown = new Set<string>();

  private constructor(
    copying: CopyWorld,
    simulation: Simulation,
    configuration: Configuration,
    ways: FlowWays,
  ) {
    const { peer, directory } = copying;
    this.#ways = ways;
    this.#copying = copying;
    this.#client = sshClient(peer);
    this.simulation = simulation;
    this.#configuration = configuration;
    const contents: KnownContents = new Map();
    const here = { exec: execHere, directory, pathFromHere: (path: string) => path };
    const there = {
      exec: peer.exec,
      directory: peer.scratch,
      pathFromHere: (path: string) => peer.pathFromHere(path),
    };
    this.source = new RealMounts(this.machine(sourceHost), here, contents);
    this.target = new RealMounts(this.machine(targetHost), there, contents);
  }

  static async open(copying: CopyWorld, ways: FlowWays = {}): Promise<FlowWorld> {
    const scenario = flowScenario(copying.replication());
    const simulation = await createSimulation(scenario);
    const { resolved } = scenario;
    if (resolved === undefined) throw new Error('the scenario configures nothing');
    await copying.peer.exec(['mkdir', '-p', copying.locksDirectory]);
    return new FlowWorld(copying, simulation, patient(resolved.configuration), ways);
  }

  machine(name: string): Machine {
    const machine = this.simulation.world.machines.get(name);
    if (machine === undefined) throw new Error(`no machine ${name}`);
    return machine;
  }

  /** What the target remembers of the guest. */
  record(): unknown {
    const path = `${this.#configuration.stateDirectory}/records/${guest}.json`;
    const text = readTextIfAny(this.target.machine, path);
    return text === undefined ? undefined : JSON.parse(text);
  }

  /** The whole use case. */
  async run(swap?: Swap): Promise<FlowResult> {
    const machines = [this.source.machine, this.target.machine];
    const before = machines.map(hostObjects);
    const events: RunEvent[] = [];
    const copies: RealCopy[] = [];
    const listeners = [(event: RunEvent) => void events.push(event)];
    const onListenerError = (error: unknown): void => {
      throw error;
    };
    const configuration = this.#configuration;
    const connector = this.#connector(copies, swap);
    const { report } = await withRunContext(
      { configuration, connector },
      { listeners, onListenerError },
      (context) => runReplication(context, { mode: 'run', guests: [] }),
    );
    await this.simulation.settle();
    const left = machines.flatMap((machine, index) => {
      const then = before[index];
      return then === undefined ? [] : objectsLeft(then, hostObjects(machine));
    });
    return { report, events, copies, left };
  }

  async close(): Promise<void> {
    for (const place of this.#shown) await this.#copying.peer.exec(['umount', place]);
    await this.source.unmountAll();
    await this.target.unmountAll();
    await this.#client.close();
  }

  #connector(copies: RealCopy[], swap: Swap | undefined) {
    const { simulation } = this;
    const here = createLocalRunner({ hostName: sourceHost });
    const there = this.#client.runner;
    const prepare = async (asked: Argv): Promise<PreparedSender> => {
      const { sender, copy } = await this.#prepare(asked, swap);
      copies.push(copy);
      return sender;
    };
    const hosts = {
      clock: simulation.clock,
      actingHost: (configuration: Configuration) => simulation.actingHost(configuration),
      connect: async (host: Configuration['hosts'][number]) => {
        const simulated = await simulation.connect(host);
        const runner = flowRunner({ simulated, here, there, prepare });
        const told = this.#ways.told?.[host.name];
        return told === undefined ? runner : toldFirst(told, runner);
      },
    };
    return createSimulatedConnector(hosts, this.#configuration);
  }

  async #prepare(
    asked: Argv,
    swap: Swap | undefined,
  ): Promise<{ readonly sender: PreparedSender; readonly copy: RealCopy }> {
    const places = placesOf(asked);
    const { pass } = places;
    const [from, onto] = [places.source.mountPoint, places.target.mountPoint];
    const [source, target] = [
      await this.source.standInFor(from, 'mount'),
      await this.target.standInFor(onto, 'disk'),
    ];
    const { mountPoint, lock } = await this.#placesThere(places, target);
    const met = swap !== undefined && (swap.pass === 'dry' || pass === 'real') ? swap : undefined;
    const ran = withPlaces(asked, {
      pass,
      source: swapped(this.source.translate(places.source, source), 'source', met),
      target: swapped(
        this.target.translate(places.target, { ...target, mountPoint }),
        'target',
        met,
      ),
      lock,
    });
    const recordState = recordStateSchema.parse(this.record() ?? { state: 'none' }).state;
    const ended = (): void => {
      if (pass === 'real') this.target.takeBack(onto, target);
    };
    const before = walkTree(target.fromHere);
    return {
      sender: { argv: ran, ended },
      copy: { asked, ran, pass, recordState, target, before },
    };
  }

  /** Where a receiver finds the real file system, and the file of the lock it shares. */
  async #placesThere({ target, lock }: SenderPlaces, real: RealMount) {
    const { exec } = this.#copying.peer;
    const isAsAsked = this.#ways.places === 'as-asked';
    const places = {
      mountPoint: isAsAsked ? target.mountPoint : real.mountPoint,
      lock: isAsAsked ? lock : `${this.#copying.locksDirectory}/${lock.split('/').at(-1) ?? ''}`,
    };
    if (isAsAsked && !this.#shown.has(places.mountPoint)) {
      this.#shown.add(places.mountPoint);
      await exec(['mkdir', '-p', places.mountPoint, dirname(lock)]);
      await exec(['mount', '--bind', real.mountPoint, places.mountPoint]);
    }
    // The lock is held on the simulated host: the peer has only its file, for the receiver's share.
    await exec(['touch', places.lock]);
    return places;
  }
}

/** Copies take real time, in which months go by on the simulated clock. */
function patient(configuration: Configuration): Configuration {
  const stallTimeoutMs = 1000 * 24 * 3_600_000;
  const guests = configuration.guests.map((each) => ({ ...each, stallTimeoutMs }));
  return { ...configuration, guests };
}

function swapped<T extends Pick<RealMount, 'mountPoint'>>(
  place: T,
  side: Swap['side'],
  swap: Swap | undefined,
): T {
  return swap?.side === side ? { ...place, mountPoint: swap.mountPoint } : place;
}
