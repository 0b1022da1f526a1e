import { splitShellWords } from '../../../fakes/network/shell-words.js';
import type { Simulation } from '../../../fakes/simulation.js';
import { Controller, SimulatedDeath } from '../../../fakes/runner/controller.js';
import { SimulatedRunner } from '../../../fakes/runner/simulated-runner.js';
import type { Machine } from '../../../fakes/world/state.js';

/** How a command ended, as far as a shell sees it. */
interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
}

/** A script has no time limits of its own. */
const foreverMs = 7 * 86_400_000;

/**
 * A shell on a Dom0, started by its cron: it runs there, not at the end of a connection, and a
 * fault that kills "us" kills it. Exit codes are there for whoever asks; the script does not.
 */
export class Dom0Shell {
  readonly machine: Machine;
  readonly #controller: Controller;
  readonly #runner: SimulatedRunner;

  constructor(simulation: Simulation, machine: Machine) {
    const { launcher, controller: ours } = simulation;
    const controller = new Controller(machine.name);
    controller.onDeath(() => {
      simulation.kill();
    });
    ours.onDeath(() => {
      controller.die();
    });
    this.machine = machine;
    this.#controller = controller;
    this.#runner = new SimulatedRunner({ launcher, machine, controller, host: machine.name });
  }

  /** What a command prints, however it ends. */
  async output(line: string): Promise<string> {
    return (await this.command(line)).stdout;
  }

  /** Runs one command line: words and quotes only. */
  async command(line: string): Promise<Ended> {
    const [tool, ...args] = splitShellWords(line) ?? [];
    if (tool === undefined) return { exitCode: 2, stdout: '' };
    try {
      return await this.#runner.run({ argv: [tool, ...args], timeoutMs: foreverMs });
    } catch (error) {
      if (error instanceof SimulatedDeath) throw error;
      // "command not found", and whatever else a shell says on stderr and goes on.
      return { exitCode: 127, stdout: '' };
    }
  }

  /**
   * Lines that are piped into `sh`, or into `ssh -T HOST`: one after the other, whatever comes of
   * them, until one that is no shell (both dash and bash end there).
   */
  async pipe(lines: readonly string[], prefix = ''): Promise<void> {
    for (const line of lines) {
      if (/[()]/.test(line)) return;
      await this.command(`${prefix}${line}`);
    }
  }

  /** What the shell does by itself, without a process; a dead one does nothing. */
  builtin(action: (machine: Machine) => void): void {
    this.#controller.requireAlive();
    action(this.machine);
  }
}
