import type { Argv } from '../../src/ports/index.js';
import type { Pipe } from '../runner/pipe.js';
import type { Machine } from '../world/state.js';

/** How a simulated tool ended: what the real one would have printed and returned. */
export interface CommandOutcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A simulated tool: reads its arguments, works on the machine's state, answers in the real tool's
 * format. It takes no simulated time by itself beyond what it waits for (settle, lock): the
 * dispatcher adds the tool's usual duration.
 */
export type SimulatedCommand = (
  machine: Machine,
  argv: Argv,
  stdin: string,
) => Promise<CommandOutcome>;

/** A process that a tool has started. */
export interface SpawnedProcess {
  readonly processId: number;
  readonly ended: Promise<CommandOutcome>;
}

/** What a started process is connected to. */
export interface SpawnPipes {
  readonly stdin: Pipe;
  readonly stdout: Pipe;
  readonly connected: () => boolean;
  /** `shared`: it is in the session of whoever starts it. Default: one of its own. */
  readonly session?: 'shared';
}

/** Streams of a long-lived simulated tool. */
export interface CommandStreams {
  /** Process id it runs under; its entry is in `machine.processes`. */
  readonly processId: number;
  /** Prints on stdout now. */
  print(text: string): void;
  /** Chunks of stdin; ends when stdin is closed. */
  readonly input: AsyncIterable<string>;
  /** Aborts when the process is killed: the tool must return soon after. */
  readonly killed: AbortSignal;
  /** Whether whoever started it still lives and can be heard. */
  readonly connected: () => boolean;
  /** Becomes another tool: same process, same streams (exec). */
  exec(argv: Argv): Promise<CommandOutcome>;
  /** Starts a process, on this machine or on another; its stdin is ours to feed. */
  spawn(machine: Machine, argv: Argv, pipes: SpawnPipes): SpawnedProcess;
  /**
   * Tells how far a long effect has come, from 0 to 1, so that a fault can strike in its middle.
   * Resolves with how the tool must end now, when one does.
   */
  reached(share: number): Promise<CommandOutcome | undefined>;
}

/** A simulated tool whose output is read while it runs. */
export type StreamingCommand = (
  machine: Machine,
  argv: Argv,
  streams: CommandStreams,
) => Promise<CommandOutcome>;

/** An entry of the table of tools. */
export type CommandEntry =
  | { readonly kind: 'plain'; readonly run: SimulatedCommand }
  | { readonly kind: 'streaming'; readonly run: StreamingCommand };

/** Tools by name. The dispatcher joins the tables of block tools and of the others. */
export type CommandTable = Readonly<Record<string, CommandEntry>>;

/** Success that prints nothing but `stdout`. */
export function printed(stdout: string): CommandOutcome {
  return { exitCode: 0, stdout, stderr: '' };
}

/** Failure with a text on stderr. */
export function failed(exitCode: number, stderr: string, stdout = ''): CommandOutcome {
  return { exitCode, stdout, stderr };
}

/**
 * A use of the tool that the simulation does not know: loud, so that it is never taken for an
 * answer of the real tool.
 */
export function notSimulated(argv: Argv): CommandOutcome {
  return failed(
    127,
    `simulation: not simulated: ${argv.map((word) => JSON.stringify(word)).join(' ')}\n`,
  );
}
