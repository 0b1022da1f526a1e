import type { Client, ClientChannel } from 'ssh2';
import { XenBackupError } from '../../core/errors/index.js';
import type { HostName } from '../../core/model/index.js';
import { printable } from '../shared/index.js';
import type { LaunchRequest } from '../shared/launcher.js';

/** How long a command is expected to live: see `LaunchRequest`. */
export type Life = LaunchRequest['life'];

/** Channels that stay free for short commands, those that stop others among them. */
const reservedForShort = 2;

/** One connection, which counts the commands that run over it. */
export class SshConnection {
  readonly #host: HostName;
  readonly #client: Client;
  readonly #running = { short: 0, long: 0, stop: 0 };
  readonly #lostListeners = new Set<(error: XenBackupError) => void>();
  #capacity: number;
  #lost: XenBackupError | undefined;

  /** @param maxSessions - how many commands the server allows at once (sshd: MaxSessions) */
  constructor(host: HostName, client: Client, maxSessions: number) {
    this.#host = host;
    this.#client = client;
    this.#capacity = maxSessions;
    let reason = 'the connection was closed';
    client.on('error', (error: Error) => {
      reason = printable(error.message, 300);
    });
    client.once('close', () => {
      this.#lose(reason);
    });
  }

  /** Set once the connection is gone. */
  get lost(): XenBackupError | undefined {
    return this.#lost;
  }

  hasRoom(life: Life): boolean {
    if (this.#count() >= this.#capacity) return false;
    return life !== 'long' || this.#running.long < this.#longLimit();
  }

  /** True when no command of this connection will make room by ending soon. */
  willNotMakeRoom(life: Life): boolean {
    if (life === 'long') return this.#running.long >= this.#longLimit();
    const ending = life === 'short' ? this.#running.short + this.#running.stop : 0;
    return ending === 0 && !this.hasRoom(life);
  }

  /** True when at most one command runs over the connection. */
  isAlone(): boolean {
    return this.#count() <= 1;
  }

  /** Counts a command. @returns what counts it off; calling that twice is as good as once. */
  take(life: Life): () => void {
    this.#running[life] += 1;
    let taken = true;
    return () => {
      if (taken) this.#running[life] -= 1;
      taken = false;
    };
  }

  /** The server refused one more: what runs now, this one left out, is what it allows. */
  learnLimit(): void {
    this.#capacity = Math.max(1, this.#count() - 1);
  }

  /** Calls back when the connection is lost, at once if it is. @returns what forgets it. */
  onLost(listener: (error: XenBackupError) => void): () => void {
    if (this.#lost !== undefined) listener(this.#lost);
    else this.#lostListeners.add(listener);
    return () => this.#lostListeners.delete(listener);
  }

  /**
   * Starts a command. Rejects with ssh2's own error.
   *
   * @param attach - called with the channel before anything else can happen on it. A promise
   * would be too late: when one packet brings the channel, the output and the end, the end is
   * told before the promise's reader runs (seen).
   */
  exec<T>(command: string, attach: (channel: ClientChannel) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#lost !== undefined) {
        reject(this.#lost);
        return;
      }
      this.#client.exec(command, (error, channel) => {
        if (error === undefined) resolve(attach(channel));
        else reject(this.#lost ?? error);
      });
    });
  }

  /** Ends the connection and everything over it. */
  close(): Promise<void> {
    if (this.#lost !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#client.once('close', () => {
        resolve();
      });
      this.#client.end();
      // A peer that does not answer the goodbye is not waited for.
      setTimeout(() => this.#client.destroy(), 2_000).unref();
    });
  }

  #count(): number {
    return this.#running.short + this.#running.long + this.#running.stop;
  }

  #longLimit(): number {
    return Math.max(1, this.#capacity - reservedForShort);
  }

  #lose(reason: string): void {
    this.#lost = new XenBackupError('host-unreachable', {
      message: `the connection to ${this.#host} broke: ${reason}`,
      details: { host: this.#host },
    });
    for (const listener of this.#lostListeners) listener(this.#lost);
    this.#lostListeners.clear();
  }
}
