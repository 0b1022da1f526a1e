import { together } from '../../core/concurrency/index.js';
import { XenBackupError } from '../../core/errors/index.js';
import type { HostName } from '../../core/model/index.js';
import { deferred } from '../shared/deferred.js';
import type { Life, SshConnection } from './connection.js';

/** A place for one command on a connection. */
export interface Place {
  readonly connection: SshConnection;
  /** Gives the place back. Twice is as good as once. */
  release(): void;
}

/**
 * Connections to one host: normally one, over which everything runs. A further one is opened only
 * when long-lived commands hold all places that the server allows, so that short commands never
 * wait for something that does not end; and to stop commands when others hold all places: those may
 * be the very ones that hang.
 */
export class ConnectionPool {
  readonly #host: HostName;
  readonly #open: () => Promise<SshConnection>;
  #connections: readonly SshConnection[] = [];
  #opening: Promise<void> | undefined;
  #released = deferred<undefined>();
  #closed = false;

  constructor(host: HostName, open: () => Promise<SshConnection>) {
    this.#host = host;
    this.#open = open;
  }

  /**
   * Waits for a place. Connects, or connects again, when there is no connection.
   *
   * @throws as connecting does; `host-unreachable` after {@link ConnectionPool.close}.
   */
  async acquire(life: Life): Promise<Place> {
    while (true) {
      if (this.#closed) throw this.#closedError();
      this.#connections = this.#connections.filter(({ lost }) => lost === undefined);
      const connection = this.#connections.find((candidate) => candidate.hasRoom(life));
      if (connection !== undefined) return this.#place(connection, life);
      if (this.#connections.every((candidate) => candidate.willNotMakeRoom(life))) {
        await this.#openAnother();
      } else {
        await this.#released.promise;
      }
    }
  }

  /** Ends all connections; what runs over them is told that the host is unreachable. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#wake();
    await this.#opening?.catch(() => undefined);
    await together(this.#connections.map((connection) => connection.close()));
  }

  #place(connection: SshConnection, life: Life): Place {
    const giveBack = connection.take(life);
    return {
      connection,
      release: () => {
        giveBack();
        this.#wake();
      },
    };
  }

  /** One at a time: whoever comes meanwhile waits for the same. */
  #openAnother(): Promise<void> {
    this.#opening ??= this.#open()
      .then((connection) => {
        connection.onLost(() => {
          this.#wake();
        });
        this.#connections = [...this.#connections, connection];
      })
      .finally(() => {
        this.#opening = undefined;
      });
    return this.#opening;
  }

  #wake(): void {
    this.#released.resolve(undefined);
    this.#released = deferred();
  }

  #closedError(): XenBackupError {
    const message = `the connections to ${this.#host} were closed`;
    return new XenBackupError('host-unreachable', { message, details: { host: this.#host } });
  }
}
