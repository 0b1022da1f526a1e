import type { HostName } from '../core/index.js';
import type { Argv, Clock, Command, CommandResult, CommandRunner } from '../ports/index.js';
import { watchedCommand } from './watched-command.js';

/** A command that was started on a host. */
export interface TracedCommand {
  /** Counts from 1 over all hosts, in the order of starting. */
  readonly number: number;
  /** Where it ran. */
  readonly host: HostName;
  /** What was executed; a question may have shared its session with others. */
  readonly argv: Argv;
  /** What it was given to read; absent when its stdin was closed. */
  readonly stdin?: string;
  /** How it ended; absent while it runs. */
  readonly ending?: CommandEnding;
}

/** How a command ended. */
export interface CommandEnding {
  /** Absent when it did not run to its end: not found, timed out, connection lost. */
  readonly exitCode?: number;
  /** From its start to its end. */
  readonly durationMs: number;
}

/** Every command of a run, on all hosts, in the order of starting. */
export class CommandTrace {
  readonly #clock: Clock;
  readonly #onEnd: ((command: TracedCommand) => void) | undefined;
  readonly #commands: TracedCommand[] = [];

  /** @param onEnd - told of each command as it ends. */
  constructor(clock: Clock, onEnd?: (command: TracedCommand) => void) {
    this.#clock = clock;
    this.#onEnd = onEnd;
  }

  /** So far; those that still run have no ending. */
  get commands(): readonly TracedCommand[] {
    return this.#commands;
  }

  /** The same runner, watched. */
  watch(host: HostName, runner: CommandRunner): CommandRunner {
    return {
      run: async (command) => {
        const end = this.#begin(host, command);
        return follow(runner.run(command), end);
      },
      start: async (command) => {
        const end = this.#begin(host, command);
        const running = await runner.start(command).catch((error: unknown): never => {
          end(undefined);
          throw error;
        });
        return watchedCommand(running, { result: (result) => follow(result, end) });
      },
    };
  }

  #begin(host: HostName, { argv, stdin }: Command): (result: CommandResult | undefined) => void {
    const startMs = this.#clock.elapsedMs();
    const index = this.#commands.length;
    const text = stdin instanceof Uint8Array ? new TextDecoder().decode(stdin) : stdin;
    const input = text === undefined ? {} : { stdin: text };
    const command: TracedCommand = { number: index + 1, host, argv, ...input };
    this.#commands.push(command);
    return (result) => {
      const durationMs = this.#clock.elapsedMs() - startMs;
      const exitCode = result === undefined ? {} : { exitCode: result.exitCode };
      const ended: TracedCommand = { ...command, ending: { ...exitCode, durationMs } };
      this.#commands[index] = ended;
      this.#onEnd?.(ended);
    };
  }
}

async function follow(
  result: Promise<CommandResult>,
  end: (result: CommandResult | undefined) => void,
): Promise<CommandResult> {
  try {
    const ended = await result;
    end(ended);
    return ended;
  } catch (error) {
    end(undefined);
    throw error;
  }
}
