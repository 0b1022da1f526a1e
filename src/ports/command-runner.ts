/** An argument vector: the tool and its arguments. Never a shell string. */
export type Argv = readonly [tool: string, ...args: string[]];

/** A command to be run, with its limits. */
export interface Command {
  readonly argv: Argv;
  /** Fed to the command, then closed. Without it stdin is closed from the start. */
  readonly stdin?: string | Uint8Array;
  /** After this the command is stopped and `command-timed-out` thrown. Default 120,000. */
  readonly timeoutMs?: number;
  /** More output than this is `command-output-too-large`. Default 16 MiB, per stream. */
  readonly maxOutputBytes?: number;
}

/** How a command ended. An exit code other than 0 is a result, not an error: adapters judge. */
export interface CommandResult {
  readonly argv: Argv;
  readonly exitCode: number;
  /** UTF-8; bytes that are not become U+FFFD. */
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

/** A long-lived command. */
export interface RunningCommand {
  readonly argv: Argv;
  /** Process id on the host it runs on; it leads its own session there. */
  readonly processId: number;
  /** Each chunk of stdout as it arrives. Only one reader. */
  readonly stdout: AsyncIterable<string>;
  /** Resolves when the process has ended. `stdout` is empty here; stderr is its last 64 KiB. */
  readonly result: Promise<CommandResult>;
  /** Writes to the command's stdin. */
  write(text: string): Promise<void>;
  /** Closes the command's stdin. */
  closeInput(): Promise<void>;
  /**
   * Ends the process and all of its session, and returns only when that is proven on its host:
   * TERM, then KILL after `graceMs`, each sent through a second channel, then looked for in
   * /proc. (Dropping an SSH channel leaves the remote process running: measured.)
   *
   * @param graceMs - default 5,000
   * @throws `command-stop-unproven` when the host cannot be asked.
   */
  stop(graceMs?: number): Promise<void>;
}

/**
 * The one way to start a process on a host, local or remote.
 *
 * Guarantees: no shell sees the arguments; `LC_ALL=C`; a fixed PATH that includes the sbin
 * directories; bounded output; bounded time; the command never prompts.
 */
export interface CommandRunner {
  /**
   * Runs a command to its end.
   *
   * @throws `command-not-found`, `command-timed-out`, `command-output-too-large`,
   * `command-stop-unproven`, `host-unreachable`.
   */
  run(command: Command): Promise<CommandResult>;
  /**
   * Starts a command whose output is read while it runs. `timeoutMs` bounds its whole life when
   * given; without it there is no limit.
   *
   * @throws as {@link CommandRunner.run}.
   */
  start(command: Command): Promise<RunningCommand>;
}

/** A {@link CommandRunner} with an end: all that a connected host stands on. */
export interface HostRunner extends CommandRunner {
  /**
   * Ends what was begun over this runner and has not been seen to end, each proven dead as by
   * {@link RunningCommand.stop}: nobody may be waiting for it any more. What ends so tells its
   * exit code, if anybody listens. From then on nothing is started (`host-unreachable`). Twice is
   * as good as once.
   *
   * @throws `command-stop-unproven` when something survives; `host-unreachable` when something may
   * still be at work, and the host cannot be asked.
   */
  close(): Promise<void>;
}
