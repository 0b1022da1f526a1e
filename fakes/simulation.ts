import { type Configuration, type HostConfiguration, XenBackupError } from '../src/core/index.js';
import type { ResolvedConfiguration } from '../src/config/resolve.js';
import type { Clock, CommandRunner, Host } from '../src/ports/index.js';
import { allCommands } from './commands/all-commands.js';
import { FaultScript } from './faults/script.js';
import { canReach } from './network/links.js';
import { connectTimeoutMs, outside } from './network/types.js';
import { Controller } from './runner/controller.js';
import { simulatedHost } from './ports/simulated-host.js';
import { Launcher } from './runner/launcher.js';
import { SimulatedRunner } from './runner/simulated-runner.js';
import { outsideTrust, type OutsideTrust } from './scenario/build-network.js';
import { restoreWorld, saveWorld } from './saved/saved-world.js';
import { buildWorld } from './scenario/build.js';
import type { Scenario } from './scenario/load.js';
import { faultRule } from './scenario/schema-fault.js';
import type { Machine, World } from './world/state.js';

/** How long the world is given to come to rest, and how often it is looked at. */
const restLimitMs = 600_000;
const restStepMs = 2_000;

export interface SimulationParts {
  readonly world: World;
  readonly faults: FaultScript;
  readonly outsideTrust: OutsideTrust;
  /** Machine that xen-backup runs on, or `outside`. */
  readonly runOn: string;
  /** What the scenario itself tells xen-backup. */
  readonly configuration?: ResolvedConfiguration;
}

/** Simulated hosts, and the place from which xen-backup reaches them. */
export class Simulation {
  readonly world: World;
  readonly faults: FaultScript;
  readonly launcher: Launcher;
  readonly runOn: string;
  /** What the scenario itself tells xen-backup; absent when it tells nothing. */
  readonly configuration?: ResolvedConfiguration;
  readonly #outsideTrust: OutsideTrust;
  #death = new AbortController();
  #controller: Controller;

  constructor({ world, faults, outsideTrust, runOn, configuration }: SimulationParts) {
    this.world = world;
    this.faults = faults;
    this.runOn = runOn;
    this.#outsideTrust = outsideTrust;
    this.launcher = new Launcher(world, faults, allCommands);
    if (configuration !== undefined) this.configuration = configuration;
    this.#controller = this.#newLife();
  }

  /** Aborts when a fault has killed xen-backup: whatever it does then has no effect any more. */
  get death(): AbortSignal {
    return this.#death.signal;
  }

  /** @throws `fault-unused` naming the faults that never struck. */
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
        ({ processes, udev }) =>
          udev.queue.length > 0 || [...processes.values()].some(({ state }) => state !== 'D'),
      );
    do {
      await this.clock.sleep(restStepMs);
    } while (isBusy() && this.clock.elapsedMs() < until);
  }

  /** Time of the simulation: nothing here waits in real time. */
  get clock(): Clock {
    return this.world.clock;
  }

  /** The present life of xen-backup. */
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
  async connect(host: HostConfiguration): Promise<CommandRunner> {
    const machine = [...this.world.machines.values()].find((candidate) => isAt(candidate, host));
    if (machine === undefined) {
      throw unreachable(host, `the name ${host.address} cannot be resolved`);
    }
    if (machine.name !== this.runOn) await this.#requireLogin(host, machine);
    return this.runner(machine, host.name);
  }

  /** A runner for a machine, without any question of SSH. */
  runner(machine: Machine, host = machine.name): CommandRunner {
    const controller = this.#controller;
    return new SimulatedRunner({ launcher: this.launcher, machine, controller, host });
  }

  /**
   * A machine, by the scenario's name for it: its state, to look at and to change.
   *
   * @throws XenBackupError `usage-invalid`.
   */
  machine(name: string): Machine {
    const machine = this.world.machines.get(name);
    if (machine !== undefined) return machine;
    throw new XenBackupError('usage-invalid', { message: `the scenario has no host ${name}` });
  }

  /**
   * A host whose ports work on the machine's state directly, without commands: quick tests of
   * what uses the ports. Faults of the scenario do not strike there.
   */
  host(name: string): Host {
    const machine = this.machine(name);
    return simulatedHost(machine, { runner: this.runner(machine) });
  }

  async #requireLogin(host: HostConfiguration, machine: Machine): Promise<void> {
    if (!canReach(this.world, this.runOn, machine.name)) {
      await this.clock.sleep(connectTimeoutMs);
      throw unreachable(host, `no answer from ${host.address} within ${connectTimeoutMs / 1000} s`);
    }
    if (machine.ssh.daemon === 'stopped' || machine.ssh.port !== (host.port ?? 22)) {
      throw unreachable(host, `${host.address} port ${host.port ?? 22}: connection refused`);
    }
    if (this.#outsideTrust.unknown.has(machine.name)) {
      throw new XenBackupError('host-key-unknown', {
        message: `the host key of ${host.name} (${host.address}) is not in known_hosts`,
      });
    }
    if (this.#outsideTrust.changed.has(machine.name)) {
      throw new XenBackupError('host-key-mismatch', {
        message: `${host.name} (${host.address}) answers with another host key than the one known`,
      });
    }
    if (!machine.ssh.authorized.has(this.runOn)) {
      throw new XenBackupError('host-authentication-failed', {
        message: `${host.name} (${host.address}) refused every key that was offered`,
      });
    }
  }
}

/** A world that an earlier invocation saved. */
export interface SavedWorld {
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
    saved === undefined
      ? (await buildWorld(scenario)).world
      : restoreWorld(saved.text, saved.file, faults);
  return new Simulation({
    world,
    outsideTrust: outsideTrust(scenario.ssh),
    faults,
    runOn: scenario.runOn ?? outside,
    ...(scenario.resolved === undefined ? {} : { configuration: scenario.resolved }),
  });
}

function isAt(machine: Machine, host: HostConfiguration): boolean {
  return machine.name === host.address || machine.addresses.includes(host.address);
}

function unreachable(host: HostConfiguration, reason: string): XenBackupError {
  return new XenBackupError('host-unreachable', { message: `${host.name}: ${reason}` });
}
