import type { Host } from '../src/ports/index.js';
import {
  destroyDomain,
  domainNamed,
  resumeDomain,
  shutDownDomain,
  startDomain,
  suspendDomain,
} from './domains/operations.js';
import { type GuestTrees, guestTrees } from './judge/guest-trees.js';
import { type HostObjects, hostObjects, hostOwnFiles } from './judge/objects.js';
import { simulatedHost } from './ports/simulated-host.js';
import type { SimulatedRunner } from './runner/simulated-runner.js';
import type { Machine } from './world/state.js';

/**
 * A simulated host as somebody stands before it: looks at it and works its guests, without any
 * command of xen-backup. What a test claims is read here, not from what xen-backup says of itself.
 */
export class SimulatedSite {
  /**
   * Ports that work on the host's state directly: quick, and free of any tool's format. Faults of
   * a scenario do not strike there, since no command runs.
   */
  readonly ports: Host;
  readonly #machine: Machine;

  /** @internal */
  constructor(machine: Machine, runner: SimulatedRunner) {
    this.#machine = machine;
    this.ports = simulatedHost(machine, { runner });
  }

  /** Everything that a guest's disks hold here, down to times and attributes. */
  guestTrees(guest: string): GuestTrees {
    return guestTrees(this.#machine, guest);
  }

  /** Volumes, maps, mounts, rules, processes, locks and files under /run, now. */
  objects(): HostObjects {
    return hostObjects(this.#machine);
  }

  /** The host's own disk by path, without what belongs to running programs. */
  ownFiles(): ReadonlyMap<string, string> {
    return hostOwnFiles(this.#machine);
  }

  /** Boots a guest: it mounts its file systems and begins to write, if it does. */
  startGuest(guest: string): void {
    startDomain(this.#machine, domainNamed(this.#machine, guest));
  }

  /** Shuts a guest down in order: it unmounts its file systems. */
  shutDownGuest(guest: string): void {
    shutDownDomain(this.#machine, domainNamed(this.#machine, guest));
  }

  /** Pulls a guest's plug: its journals stay dirty. */
  destroyGuest(guest: string): void {
    destroyDomain(this.#machine, domainNamed(this.#machine, guest));
  }

  /** Stops a guest's processors. */
  suspendGuest(guest: string): void {
    suspendDomain(this.#machine, domainNamed(this.#machine, guest));
  }

  /** Lets a suspended guest go on. */
  resumeGuest(guest: string): void {
    resumeDomain(this.#machine, domainNamed(this.#machine, guest));
  }
}
