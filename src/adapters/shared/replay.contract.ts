import { XenBackupError } from '../../core/errors/index.js';
import type { Clock, Command, CommandResult, CommandRunner } from '../../ports/index.js';

type Answer = Partial<Omit<CommandResult, 'argv' | 'durationMs'>>;

/**
 * A command runner that answers prepared commands in order, for what neither a recording nor the
 * simulated machine can show: odd answers of a tool. A command that was not prepared is an error.
 */
export class ReplayRunner implements CommandRunner {
  readonly commands: Command[] = [];
  readonly #answers: { readonly pattern: RegExp; readonly answer: Answer; uses: number }[] = [];

  /** Prepares an answer for the command line that matches; `times` defaults to one. */
  on(pattern: RegExp, answer: Answer = {}, times = 1): this {
    this.#answers.push({ pattern, answer, uses: times });
    return this;
  }

  /** The command lines that were run, in order. */
  get lines(): readonly string[] {
    return this.commands.map(({ argv }) => argv.join(' '));
  }

  async run(command: Command): Promise<CommandResult> {
    this.commands.push(command);
    const line = command.argv.join(' ');
    const prepared = this.#answers.find(({ pattern, uses }) => uses > 0 && pattern.test(line));
    if (prepared === undefined) {
      throw new XenBackupError('internal', { message: `no answer was prepared for: ${line}` });
    }
    prepared.uses -= 1;
    const { exitCode = 0, stdout = '', stderr = '' } = prepared.answer;
    return { argv: command.argv, exitCode, stdout, stderr, durationMs: 1 };
  }

  start(): never {
    throw new XenBackupError('internal', { message: 'nothing long-lived is replayed' });
  }
}

/** A clock that remembers for how long it was asked to sleep, and never does. */
export class SleeplessClock implements Clock {
  readonly sleptMs: number[] = [];

  now(): number {
    return 0;
  }

  elapsedMs(): number {
    return this.sleptMs.reduce((sum, duration) => sum + duration, 0);
  }

  async sleep(durationMs: number): Promise<void> {
    this.sleptMs.push(durationMs);
  }
}
