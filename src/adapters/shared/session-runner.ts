import { isXenBackupError, XenBackupError } from '../../core/errors/index.js';
import type { HostName } from '../../core/model/index.js';
import type {
  Argv,
  Command,
  CommandResult,
  HostRunner,
  RunningCommand,
} from '../../ports/index.js';
import { AtWork } from './at-work.js';
import { collectOutput, type Ending } from './collect-output.js';
import type { Elevation } from './command-environment.js';
import { deferred } from './deferred.js';
import { followCommand } from './follow-command.js';
import type { LaunchedProcess, Launcher, LaunchRequest } from './launcher.js';
import { printable } from './printable.js';
import { type Session, stopSessionArgv, stopSessionTimeoutMs } from './stop-session.js';
import { judgeElevation } from './sudo.js';

const defaultTimeoutMs = 120_000;
const defaultMaxOutputBytes = 16 * 1024 * 1024;
const defaultGraceMs = 5_000;
/** How long the session of an ended leader may keep its output open. */
const leftoverPatienceMs = 3_000;
const leftoverGraceMs = 1_000;
/** How long what is at work when the runner is closed may take to end by itself. */
const closingGraceMs = 1_000;

/**
 * The {@link HostRunner} that local and remote hosts share. They differ in their
 * {@link Launcher} only: how a process is started, and how one hears of it.
 */
export class SessionRunner implements HostRunner {
  readonly #host: HostName;
  readonly #launcher: Launcher;
  readonly #elevation: Elevation;
  readonly #atWork: AtWork;

  constructor(host: HostName, launcher: Launcher, elevation: Elevation) {
    this.#host = host;
    this.#launcher = launcher;
    this.#elevation = elevation;
    this.#atWork = new AtWork(host);
  }

  async run(command: Command): Promise<CommandResult> {
    const startedMs = performance.now();
    const process = await this.#begin(command.argv, 'short');
    const ending = await this.#collect(command, process);
    if (ending.kind === 'ended') {
      const { exitCode, stdout, stderr } = ending;
      const durationMs = performance.now() - startedMs;
      return this.#judge({ argv: command.argv, exitCode, stdout, stderr, durationMs });
    }
    await this.#stopSession(process.session, command.argv, defaultGraceMs);
    throw ending.error;
  }

  async start(command: Command): Promise<RunningCommand> {
    const startedMs = performance.now();
    const process = await this.#begin(command.argv, 'long');
    if (command.stdin !== undefined) process.stdin.end(command.stdin);
    return followCommand(command, process, {
      host: this.#host,
      startedMs,
      stop: (graceMs = defaultGraceMs) => this.#stopSession(process.session, command.argv, graceMs),
      judge: (result) => this.#judge(result),
    });
  }

  close(): Promise<void> {
    return this.#atWork.close(({ session }, argv) =>
      this.#stopSession(session, argv, closingGraceMs),
    );
  }

  #begin(argv: Argv, life: 'short' | 'long'): Promise<LaunchedProcess> {
    return this.#atWork.begin(argv, () => this.#launch(argv, life));
  }

  async #launch(argv: Argv, life: LaunchRequest['life']): Promise<LaunchedProcess> {
    const process = await this.#launcher.launch({ argv, elevation: this.#elevation, life });
    // EPIPE: the command ended without reading its input. Its exit code tells the story.
    process.stdin.on('error', () => undefined);
    const exit = this.#exitWithoutLeftovers(argv, process);
    exit.catch(() => undefined);
    return { ...process, exit };
  }

  /**
   * A command ends with its leader. What it left behind in its session would keep its output
   * open, and us waiting: an ssh whose rsync has given up, for a server that is alive but stuck
   * (seen). It is ended, and nothing of the output is lost.
   */
  async #exitWithoutLeftovers(argv: Argv, process: LaunchedProcess): Promise<number> {
    const ended = deferred<number>();
    process.exit.then(ended.resolve, ended.reject);
    let timer: NodeJS.Timeout | undefined;
    void process.leaderEnded.then(() => {
      timer = setTimeout(() => {
        this.#stopSession(process.session, argv, leftoverGraceMs).catch(ended.reject);
      }, leftoverPatienceMs);
      ended.promise
        .finally(() => {
          clearTimeout(timer);
        })
        .catch(() => undefined);
    });
    return ended.promise;
  }

  async #collect(command: Command, process: LaunchedProcess): Promise<Ending> {
    process.stdin.end(command.stdin ?? '');
    return collectOutput(this.#host, command.argv, process, {
      timeoutMs: command.timeoutMs ?? defaultTimeoutMs,
      maxOutputBytes: command.maxOutputBytes ?? defaultMaxOutputBytes,
    });
  }

  #judge(result: CommandResult): CommandResult {
    return judgeElevation(this.#host, this.#elevation, result);
  }

  /** Ends a session by a command of its own. @throws `command-stop-unproven`. */
  async #stopSession(session: Session, argv: Argv, graceMs: number): Promise<void> {
    const result = await this.#runStopCommand(session, graceMs)
      .catch((error: unknown) => {
        // The first to notice that a connection is dead; the second try makes a new one.
        if (isXenBackupError(error, 'host-unreachable')) {
          return this.#runStopCommand(session, graceMs);
        }
        throw error;
      })
      .catch((error: unknown): never => {
        const text = error instanceof Error ? error.message : String(error);
        throw this.#unproven(session, argv, text, error);
      });
    if (result.exitCode === 0) {
      this.#atWork.forget(session);
      return;
    }
    throw this.#unproven(session, argv, `${result.stdout}${result.stderr}`.trim());
  }

  /** Without a safety net of its own: who would stop the stopper? */
  async #runStopCommand(session: Session, graceMs: number): Promise<CommandResult> {
    const argv = stopSessionArgv(session, graceMs);
    const process = await this.#launch(argv, 'stop');
    const command = { argv, timeoutMs: stopSessionTimeoutMs(graceMs) };
    const ending = await this.#collect(command, process);
    if (ending.kind === 'beyond-limit') throw ending.error;
    const { exitCode, stdout, stderr } = ending;
    return this.#judge({ argv, exitCode, stdout, stderr, durationMs: 0 });
  }

  #unproven(session: Session, argv: Argv, text: string, cause?: unknown): XenBackupError {
    const what = `${argv[0]} on ${this.#host} (process ${session.processId})`;
    return new XenBackupError('command-stop-unproven', {
      message: `${what} could not be proven dead: ${printable(text)}`,
      details: {
        host: this.#host,
        argv: argv.map((part) => printable(part)),
        processId: session.processId,
      },
      ...(cause === undefined ? {} : { cause }),
    });
  }
}
