import { type Configuration, type HostConfiguration, XenBackupError } from '../src/core/index.js';
import type { ResolvedConfiguration } from '../src/config/resolve.js';
import type { Clock, HostRunner } from '../src/ports/index.js';
import { allCommands } from './commands/all-commands.js';
import { FaultScript } from './faults/script.js';
import type { FaultRule } from './faults/types.js';
import { type ControlTrust, requireLogin, unreachable } from './network/control-login.js';
import { cutLink, healLink } from './network/links.js';
import { outside } from './network/types.js';
import { Controller } from './runner/controller.js';
import { Launcher } from './runner/launcher.js';
import { SimulatedRunner } from './runner/simulated-runner.js';
import { controlTrust } from './scenario/build-network.js';
import { restoreWorld, saveWorld } from './saved/saved-world.js';
import { buildWorld } from './scenario/build.js';
import type { Scenario } from './scenario/load.js';
import { faultRule } from './scenario/schema-fault.js';
import { SimulatedSite } from './site.js';
import type { Machine, TraceEntry, World } from './world/state.js';

/** How long the world is given to come to rest, and how often it is looked at. */
const restLimitMs = 600_000;
const restStepMs = 2_000;

/** @internal What a simulation is put together from. */
export interface SimulationParts {
  readonly world: World;
  readonly faults: FaultScript;
  readonly controlTrust: ControlTrust;
  /** Machine that xen-backup runs on, or `outside`. */
  readonly runOn: string;
  /** What the scenario itself tells xen-backup. */
  readonly configuration?: ResolvedConfiguration;
}

/** Simulated hosts, and the place from which xen-backup reaches them. */
export class Simulation {
  /** @internal All state. */
  readonly world: World;
  /** @internal */
  readonly faults: FaultScript;
  /** @internal */
  readonly launcher: Launcher;
  /** The host that xen-backup runs on, or `outside`. */
  readonly runOn: string;
  /** What the scenario itself tells xen-backup; absent when it tells nothing. */
  readonly configuration?: ResolvedConfiguration;
  readonly #controlTrust: ControlTrust;
  #death = new AbortController();
  #controller: Controller;

  /** @internal */
  constructor({ world, faults, controlTrust, runOn, configuration }: SimulationParts) {
    this.world = world;
    this.faults = faults;
    this.runOn = runOn;
    this.#controlTrust = controlTrust;
    this.launcher = new Launcher(world, faults, allCommands);
    if (configuration !== undefined) this.configuration = configuration;
    this.#controller = this.#newLife();
  }

  /** Aborts when a fault has killed xen-backup: whatever it does then has no effect any more. */
  get death(): AbortSignal {
    return this.#death.signal;
  }

  /** Fails when a fault was never hit. @throws `fault-unused` naming the faults that never struck. */
  requireAllFaultsUsed(): void {
    this.faults.requireAllUsed();
  }

  /**
   * The world as text, for the next invocation: xen-backup has ended, and enough time passes for
   * what it left behind to come to rest.
   */
  async save(): Promise<string> {
    this.#controller.die();
    await this.settle();
    return saveWorld(this.world, this.faults);
  }

  /** Lets time pass until nothing runs any more by itself, but no longer than ten minutes. */
  async settle(): Promise<void> {
    const until = this.clock.elapsedMs() + restLimitMs;
    const isBusy = (): boolean =>
      [...this.world.machines.values()].some(
        ({ processes, udev, systemd }) =>
          udev.queue.length > 0 ||
          systemd.timers.size > 0 ||
          [...processes.values()].some(({ state }) => state !== 'D'),
      );
    do {
      await this.clock.sleep(restStepMs);
    } while (isBusy() && this.clock.elapsedMs() < until);
  }

  /** Time of the simulation: nothing here waits in real time. */
  get clock(): Clock {
    return this.world.clock;
  }

  /** @internal The present life of xen-backup. */
  get controller(): Controller {
    return this.#controller;
  }

  /** xen-backup is started again, after its end or its death. */
  restart(): void {
    const last = this.#controller;
    this.#controller = this.#newLife();
    last.die();
  }

  #newLife(): Controller {
    const controller = new Controller(this.runOn);
    const death = new AbortController();
    controller.onDeath(() => {
      death.abort();
    });
    this.#death = death;
    return controller;
  }

  /** The configured host that xen-backup runs on. */
  actingHost({ hosts }: Configuration): string | undefined {
    const here = this.world.machines.get(this.runOn);
    return here === undefined ? undefined : hosts.find((host) => isAt(here, host))?.name;
  }

  /**
   * A runner for a host: local when xen-backup runs there, else over simulated SSH.
   *
   * @throws `host-unreachable`, `host-key-unknown`, `host-key-mismatch`,
   * `host-authentication-failed`.
   */
  async connect(host: HostConfiguration): Promise<HostRunner> {
    const machine = [...this.world.machines.values()].find((candidate) => isAt(candidate, host));
    if (machine === undefined) {
      throw unreachable(host, `the name ${host.address} cannot be resolved`);
    }
    if (machine.name !== this.runOn) {
      await requireLogin(this.runOn, this.#controlTrust, host, machine);
    }
    return this.runner(machine, host.name);
  }

  /** @internal A runner for a machine, without any question of SSH. */
  runner(machine: Machine, host = machine.name): SimulatedRunner {
    const controller = this.#controller;
    return new SimulatedRunner({ launcher: this.launcher, machine, controller, host });
  }

  /**
   * A host as somebody stands before it, by the scenario's name for it.
   *
   * @throws XenBackupError `usage-invalid`.
   */
  site(name: string): SimulatedSite {
    const machine = this.machine(name);
    return new SimulatedSite(machine, this.runner(machine));
  }

  /** @internal State of a host. @throws XenBackupError `usage-invalid`. */
  machine(name: string): Machine {
    const machine = this.world.machines.get(name);
    if (machine !== undefined) return machine;
    throw new XenBackupError('usage-invalid', { message: `the scenario has no host ${name}` });
  }

  /** Adds a fault to those of the scenario. */
  addFault(rule: FaultRule): void {
    this.faults.add(rule);
  }

  /** kill -9 of xen-backup, now. What it started goes on as long as it can without it. */
  kill(): void {
    this.#controller.die();
  }

  /** No packet passes between two hosts (or a host and `outside`) any more, and nobody is told. */
  cutNetwork(left: string, right: string): void {
    cutLink(this.world, left, right);
  }

  /** Packets pass again. */
  healNetwork(left: string, right: string): void {
    healLink(this.world, left, right);
  }

  /** Every command that ran on any host, in the order they started. */
  get commands(): readonly TraceEntry[] {
    return this.world.trace;
  }

  /** What no real host would have survived: two writers on one file system. Empty when all is well. */
  get violations(): readonly string[] {
    return this.world.violations;
  }
}

/** A world that an earlier invocation saved. */
export interface SavedWorld {
  /** What {@link Simulation.save} gave. */
  readonly text: string;
  /** Its path, for messages. */
  readonly file: string;
}

/**
 * Builds what a scenario describes, with its faults armed; with a saved world, goes on from there:
 * of the scenario only configuration, faults and the place of xen-backup count then.
 *
 * @throws `scenario-invalid`.
 */
export async function createSimulation(
  scenario: Scenario,
  saved?: SavedWorld,
): Promise<Simulation> {
  const faults = new FaultScript((scenario.faults ?? []).map(faultRule));
  const world =
    saved === undefined ? await buildWorld(scenario) : restoreWorld(saved.text, saved.file, faults);
  return new Simulation({
    world,
    controlTrust: controlTrust(scenario.ssh, scenario.runOn),
    faults,
    runOn: scenario.runOn ?? outside,
    ...(scenario.resolved === undefined ? {} : { configuration: scenario.resolved }),
  });
}

function isAt(machine: Machine, host: HostConfiguration): boolean {
  return machine.name === host.address || machine.addresses.includes(host.address);
}
