import { readFileSync } from 'node:fs';
import { createSimulation, parseScenario, type Simulation } from '../../fakes/index.js';
import { compareGuestTrees, guestTrees, lostFiles } from '../../fakes/judge/guest-trees.js';
import { listDirectory } from '../../fakes/filesystem/files.js';
import { hostObjects, objectsLeft } from '../../fakes/judge/objects.js';
import type { Machine } from '../../fakes/world/state.js';
import { createSimulatedConnector } from '../../src/composition/simulated-connector.js';
import { check, plan, recover, run } from '../../src/index.js';
import type { CheckReport, PlanResult, RunEvent, RunOptions, RunReport } from '../../src/index.js';

/** A shipped scenario's text. */
export function scenario(name: string): string {
  return readFileSync(`fixtures/scenarios/${name}.yaml`, 'utf8');
}

/** Adds faults to a scenario. */
export function withFaults(text: string, ...faults: readonly string[]): string {
  return `${text}\nfaults:\n${faults.map((fault) => `  - ${fault}\n`).join('')}`;
}

/** A guest’s name, or what else a run is told. */
type Told =
  | string
  | Pick<RunOptions, 'signal' | 'onEvent' | 'jobs' | 'from' | 'discardStandbyChanges'>;

/** Simulated hosts, the program on them, and a judge that reads nothing but the world. */
export class Stage {
  readonly simulation: Simulation;
  readonly #before: ReadonlyMap<string, ReturnType<typeof hostObjects>>;

  private constructor(simulation: Simulation) {
    this.simulation = simulation;
    this.#before = new Map(
      [...simulation.world.machines].map(([name, machine]) => [name, hostObjects(machine)]),
    );
  }

  static async open(text: string): Promise<Stage> {
    return new Stage(await createSimulation(parseScenario(text, 'scenario.yaml')));
  }

  /** @param given - names of guests, and what else a run is told. */
  async run(...given: readonly Told[]): Promise<RunReport> {
    const { configuration, connector } = this.#hosts();
    const guests = given.filter((one) => typeof one === 'string');
    const [told = {}] = given.filter((one) => typeof one === 'object');
    return run({
      configuration,
      connector,
      ...told,
      ...(guests.length === 0 ? {} : { guests }),
    });
  }

  /** What a run would do; targets are not changed. */
  async look(onEvent: (event: RunEvent) => void = () => undefined): Promise<PlanResult> {
    return plan({ ...this.#hosts(), onEvent });
  }

  async check(): Promise<CheckReport> {
    return check(this.#hosts());
  }

  async plan(): Promise<void> {
    await plan(this.#hosts());
    await run({ ...this.#hosts(), mode: 'dry-run' });
  }

  /** A run that a fault ends by kill -9; afterwards another process may work on the same hosts. */
  async die(...given: readonly Told[]): Promise<void> {
    const { death } = this.simulation;
    const died = new Promise<void>((resolve) => {
      death.addEventListener('abort', () => {
        resolve();
      });
    });
    const ended = this.run(...given).then(
      () => undefined,
      () => undefined,
    );
    await Promise.race([died, ended]);
    if (!death.aborted) throw new Error('it did not die');
    this.simulation.restart();
  }

  /** Paths of the journals on a host. */
  journals(host: string): readonly string[] {
    const directory = '/var/lib/xen-backup/journals';
    return listDirectory(this.machine(host), directory).map(({ name }) => `${directory}/${name}`);
  }

  async recover(): Promise<RunReport> {
    return recover(this.#hosts());
  }

  machine(name: string): Machine {
    const machine = this.simulation.world.machines.get(name);
    if (machine === undefined) throw new Error(`no machine ${name}`);
    return machine;
  }

  /** Command lines of a host, words joined by blanks. */
  commands(host?: string): readonly string[] {
    return this.simulation.world.trace
      .filter(({ machine }) => host === undefined || machine === host)
      .map(({ argv }) => argv.join(' '));
  }

  /**
   * Objects that were not there at the beginning, on all hosts. The empty files of guests' locks
   * stay: a lock file that is removed while somebody waits for it locks nothing.
   */
  async left(): Promise<readonly string[]> {
    await this.simulation.settle();
    return [...this.#before]
      .flatMap(([name, before]) => objectsLeft(before, hostObjects(this.machine(name))))
      .filter((object) => !/\/locks\/guest-[^/]+\.lock(\.writers)?$/.test(object));
  }

  trees(host: string, guest: string): ReturnType<typeof guestTrees> {
    return guestTrees(this.machine(host), guest);
  }

  /** Paths that differ between a guest's disks on two hosts, but for what a guest writes itself. */
  differences(guest: string, source: string, target: string): readonly string[] {
    return compareGuestTrees(this.trees(source, guest), this.trees(target, guest))
      .map(({ path }) => path)
      .filter((path) => !/^(\.|var|var\/log|var\/log\/counter|tmp\/.*)$/.test(path));
  }

  /** Files of a standby that are gone although the source has them. */
  lost(
    guest: string,
    before: ReturnType<typeof guestTrees>,
    source: string,
    target: string,
  ): readonly unknown[] {
    return lostFiles(before, this.trees(source, guest), this.trees(target, guest));
  }

  #hosts() {
    const told = this.simulation.configuration;
    if (told === undefined) throw new Error('a scenario without configuration');
    const { configuration } = told;
    return { configuration, connector: createSimulatedConnector(this.simulation, configuration) };
  }
}
