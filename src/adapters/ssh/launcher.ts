import { constants } from 'node:os';
import { finished } from 'node:stream/promises';
import type { ClientChannel } from 'ssh2';
import { isXenBackupError, XenBackupError } from '../../core/errors/index.js';
import type { HostName } from '../../core/model/index.js';
import { deferred } from '../shared/deferred.js';
import { printable } from '../shared/index.js';
import type { LaunchedProcess, Launcher, LaunchRequest } from '../shared/launcher.js';
import type { ConnectionPool, Place } from './connection-pool.js';
import { FirstLineStripper } from './first-line.js';
import { parseFirstLine, remoteCommandText } from './remote-command.js';

/** A host that does not even start a shell within this time is as good as unreachable. */
const startTimeoutMs = 120_000;

interface OpenedChannel {
  readonly channel: ClientChannel;
  readonly stdout: FirstLineStripper;
  readonly exit: Promise<number>;
  readonly leaderEnded: Promise<void>;
  readonly place: Place;
}

/** Starts processes on another machine, over SSH. */
export class SshLauncher implements Launcher {
  readonly #host: HostName;
  readonly #pool: ConnectionPool;

  constructor(host: HostName, pool: ConnectionPool) {
    this.#host = host;
    this.#pool = pool;
  }

  async launch(request: LaunchRequest): Promise<LaunchedProcess> {
    const { channel, stdout, exit, leaderEnded, place } = await this.#openChannel(request);
    try {
      const line = await this.#firstLineOf(stdout);
      if (place.connection.lost !== undefined) throw place.connection.lost;
      const session = parseFirstLine(this.#host, request.argv, line);
      return { session, stdin: channel, stdout, stderr: channel.stderr, exit, leaderEnded };
    } catch (error) {
      stdout.resume();
      channel.stderr.resume();
      channel.destroy();
      throw error;
    }
  }

  /** A channel with the command on it. Learns how many commands the server allows at once. */
  async #openChannel(request: LaunchRequest): Promise<OpenedChannel> {
    const text = remoteCommandText(request);
    while (true) {
      const place = await this.#pool.acquire(request.life);
      try {
        return await place.connection.exec(text, (channel) => this.#attach(channel, place));
      } catch (error) {
        const mayWait = isRefusedChannel(error) && !place.connection.isAlone();
        if (mayWait) place.connection.learnLimit();
        place.release();
        if (!mayWait) throw this.#unreachable(error);
      }
    }
  }

  #attach(channel: ClientChannel, place: Place): OpenedChannel {
    const stdout = new FirstLineStripper();
    const exit = this.#exitOf(channel, stdout, place);
    // Whoever gets an error instead of a process does not look at its end.
    exit.catch(() => undefined);
    channel.pipe(stdout);
    const leaderEnded = new Promise<void>((resolve) => {
      channel.once('exit', () => {
        resolve();
      });
    });
    return { channel, stdout, exit, leaderEnded, place };
  }

  async #firstLineOf(stdout: FirstLineStripper): Promise<string> {
    const late = deferred<never>();
    const timer = setTimeout(() => {
      late.reject(this.#unreachable(new Error(`no command started in ${startTimeoutMs} ms`)));
    }, startTimeoutMs);
    return Promise.race([stdout.firstLine, late.promise]).finally(() => {
      clearTimeout(timer);
    });
  }

  /** Settles when the exit code is known and all output was read, or when it never will be. */
  async #exitOf(channel: ClientChannel, stdout: FirstLineStripper, place: Place): Promise<number> {
    const ended = deferred<number>();
    let exitCode: number | undefined;
    channel.on('exit', (code: number | null, signal?: string) => {
      exitCode = code ?? 128 + signalNumber(signal);
    });
    const forget = place.connection.onLost((error) => {
      stdout.destroy(error);
      ended.reject(error);
    });
    // ssh2 reports a channel's trouble through the connection; nothing may go unheard.
    channel.on('error', () => undefined);
    channel.once('close', () => {
      if (exitCode !== undefined) ended.resolve(exitCode);
      else ended.reject(this.#unreachable(new Error('the command’s end was not reported')));
    });
    try {
      // When the connection is lost, its streams need not end.
      // eslint-disable-next-line no-restricted-properties
      const [code] = await Promise.all([
        ended.promise,
        finished(stdout, { writable: false }),
        finished(channel.stderr, { writable: false }),
      ]);
      return code;
    } finally {
      forget();
      place.release();
    }
  }

  #unreachable(error: unknown): XenBackupError {
    if (isXenBackupError(error)) return error;
    const said = error instanceof Error ? error.message : String(error);
    return new XenBackupError('host-unreachable', {
      message: `${this.#host} does not run commands: ${printable(said, 300)}`,
      details: { host: this.#host },
      cause: error,
    });
  }
}

function isRefusedChannel(error: unknown): boolean {
  return error instanceof Error && error.message.includes('Channel open failure');
}

/** @param name - as ssh2 gives it: `SIGKILL` */
function signalNumber(name: string | undefined): number {
  return Object.entries(constants.signals).find(([signal]) => signal === name)?.[1] ?? 0;
}
