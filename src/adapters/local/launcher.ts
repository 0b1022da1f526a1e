import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { execa } from 'execa';
import { XenBackupError } from '../../core/errors/index.js';
import type { HostName } from '../../core/model/index.js';
import type { Argv } from '../../ports/index.js';
import { commandEnvironment } from '../shared/command-environment.js';
import type { LaunchedProcess, Launcher, LaunchRequest } from '../shared/launcher.js';
import { printable } from '../shared/printable.js';
import { type Session, startTicksOf } from '../shared/stop-session.js';
import { elevatedArgv, inheritedEnvironment } from './argv.js';

/** Starts processes on this machine. */
export class LocalLauncher implements Launcher {
  readonly #host: HostName;

  constructor(host: HostName) {
    this.#host = host;
  }

  async launch(request: LaunchRequest): Promise<LaunchedProcess> {
    const argv = elevatedArgv(request.argv, request.elevation);
    const subprocess = spawnDetached(argv);
    if (subprocess.pid === undefined) throw await this.#startError(argv, subprocess);
    return {
      session: sessionOf(subprocess.pid),
      stdin: subprocess.stdin,
      stdout: subprocess.stdout,
      stderr: subprocess.stderr,
      exit: exitOf(subprocess),
      leaderEnded: new Promise((resolve) => {
        subprocess.once('exit', () => {
          resolve();
        });
      }),
    };
  }

  async #startError(argv: Argv, subprocess: Subprocess): Promise<XenBackupError> {
    const { code, shortMessage, cause } = await subprocess;
    const missing = code === 'ENOENT' || code === 'EACCES';
    return new XenBackupError(missing ? 'command-not-found' : 'command-failed', {
      message: missing
        ? `${argv[0]} is not installed on ${this.#host}, or may not be executed`
        : `${argv[0]} could not be started on ${this.#host}: ${shortMessage ?? String(code)}`,
      details: { host: this.#host, argv: argv.map((part) => printable(part)) },
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

/** The only place where a local process is made. */
function spawnDetached(argv: Argv) {
  const [file, ...args] = argv;
  return execa(file, args, {
    // A session of its own: a Ctrl-C at the terminal reaches us alone, and we take down in order.
    detached: true,
    cleanup: false,
    reject: false,
    buffer: false,
    encoding: 'buffer',
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
    // The caller's directory may be one of the mounts that must come down.
    cwd: '/',
    extendEnv: false,
    env: { ...inheritedEnvironment(process.env), ...commandEnvironment },
  });
}

type Subprocess = ReturnType<typeof spawnDetached>;

/** setsid() made the process a leader: its pid is the session's number. */
function sessionOf(processId: number): Session {
  // Node has not reaped it yet, so the entry is there, even of a process that has already ended.
  const ticks = startTicksOf(readFileSync(`/proc/${processId}/stat`, 'utf8'));
  if (ticks === undefined) {
    throw new XenBackupError('output-unexpected', {
      message: `/proc/${processId}/stat has no start time`,
    });
  }
  return { processId, startTicks: ticks };
}

async function exitOf(subprocess: Subprocess): Promise<number> {
  const { exitCode, signal } = await subprocess;
  if (exitCode !== undefined) return exitCode;
  return 128 + (signal === undefined ? 0 : constants.signals[signal]);
}
