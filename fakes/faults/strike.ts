import type { CommandOutcome } from '../commands/types.js';
import type { Controller } from '../runner/controller.js';
import { signalProcess } from '../runner/processes.js';
import type { Machine, SimulatedProcess } from '../world/state.js';
import type { ArmedFaults } from './script.js';
import type { CommandFault, FaultEffect } from './types.js';
import { applyWorldFault, isWorldFault } from './world-faults.js';

/** Lets faults strike one process. */
export class CommandFaults {
  readonly #machine: Machine;
  readonly #process: SimulatedProcess;
  readonly #controller: Controller | undefined;

  constructor(machine: Machine, process: SimulatedProcess, controller: Controller | undefined) {
    this.#machine = machine;
    this.#process = process;
    this.#controller = controller;
  }

  /** What the command ends with instead of doing its work, `undefined` when it may go on. */
  async before(armed: ArmedFaults): Promise<CommandOutcome | undefined> {
    for (const fault of this.#commandFaults(armed.at('before'))) {
      switch (fault.kind) {
        case 'fail':
          return fault;
        case 'lie':
          return { exitCode: 0, stdout: fault.stdout, stderr: '' };
        case 'die':
          // It died before it could start the command: there is no such process.
          this.#controller?.die();
          return { exitCode: 137, stdout: '', stderr: '' };
        case 'garble':
          return { exitCode: 0, stdout: fault.stdout, stderr: '' };
        case 'truncate':
          return { exitCode: 0, stdout: '', stderr: '' };
        default:
          await this.#endure(fault);
      }
    }
    return undefined;
  }

  /** What the command ends with after its work. */
  async after(armed: ArmedFaults, outcome: CommandOutcome): Promise<CommandOutcome> {
    let result = outcome;
    for (const fault of this.#commandFaults(armed.at('after'))) {
      if (fault.kind === 'fail') result = fault;
      else if (fault.kind === 'garble') result = { ...result, stdout: fault.stdout };
      else if (fault.kind === 'truncate') result = truncated(result, fault.bytes);
      else if (fault.kind === 'lie') result = { exitCode: 0, stdout: fault.stdout, stderr: '' };
      else if (fault.kind === 'die') this.#controller?.die();
      else await this.#endure(fault);
    }
    return result;
  }

  /** In the middle: how the command must end now, `undefined` when it may go on. */
  async during(armed: readonly ArmedFaults[], share: number): Promise<CommandOutcome | undefined> {
    for (const fault of this.#commandFaults(armed.flatMap((one) => one.during(share)))) {
      if (fault.kind === 'fail') return fault;
      if (fault.kind === 'die') this.#controller?.die();
      else await this.#endure(fault);
    }
    return undefined;
  }

  /** Lets happen what happens to the world; the rest is for the caller. */
  #commandFaults(effects: readonly FaultEffect[]): readonly CommandFault[] {
    return effects.flatMap((effect) => {
      if (!isWorldFault(effect)) return effect;
      applyWorldFault(this.#machine, effect);
      return [];
    });
  }

  async #endure(fault: CommandFault): Promise<void> {
    const { clock } = this.#machine.world;
    const { signal } = this.#process.killed;
    if (fault.kind === 'delay') await clock.sleep(fault.durationMs, signal);
    if (fault.kind === 'kill') {
      signalProcess(this.#process, fault.signal);
      await clock.sleep(0, signal);
    }
    if (fault.kind === 'hang') {
      if (fault.mercy === 'stuck') this.#process.state = 'D';
      await untilKilled(signal);
    }
  }
}

function truncated(outcome: CommandOutcome, bytes: number): CommandOutcome {
  return { ...outcome, stdout: Buffer.from(outcome.stdout).subarray(0, bytes).toString() };
}

function untilKilled(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const end = (): void => {
      reject(signal.reason instanceof Error ? signal.reason : new Error('killed'));
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}
