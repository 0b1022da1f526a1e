import {
  type HostName,
  isXenBackupError,
  toXenBackupError,
  XenBackupError,
} from '../../core/index.js';
import type { Host, HostConnector, HostIdentity } from '../../ports/index.js';

/** A connected host that is known to be a machine of its own. */
export interface IdentifiedHost {
  readonly host: Host;
  readonly identity: HostIdentity;
}

/** Connects each host once, and makes sure that no two names are one machine. */
export class HostPool {
  readonly #connector: HostConnector;
  readonly #hosts = new Map<HostName, Promise<IdentifiedHost>>();
  readonly #namesByBootId = new Map<string, HostName>();

  constructor(connector: HostConnector) {
    this.#connector = connector;
  }

  /** @throws as {@link HostConnector.connect}; `host-identity-conflict`. */
  get(name: HostName): Promise<IdentifiedHost> {
    const known = this.#hosts.get(name);
    if (known !== undefined) return known;
    const connecting = this.#connect(name);
    this.#hosts.set(name, connecting);
    return connecting;
  }

  /**
   * Ends all connections, and what is still at work over them. Never throws: a host that does not
   * answer has been told of by whoever asked it.
   *
   * @returns what could not be ended, in words.
   */
  async close(): Promise<readonly string[]> {
    const settled = await Promise.allSettled(this.#hosts.values());
    const closed = await Promise.allSettled(
      settled.flatMap((result) =>
        result.status === 'fulfilled' ? [result.value.host.close()] : [],
      ),
    );
    return closed.flatMap((result) =>
      result.status === 'rejected' && isXenBackupError(result.reason, 'command-stop-unproven')
        ? [result.reason.message]
        : [],
    );
  }

  async #connect(name: HostName): Promise<IdentifiedHost> {
    const host = await this.#connector.connect(name);
    try {
      const identity = await host.identity.read();
      const other = this.#namesByBootId.get(identity.bootId);
      if (other !== undefined) {
        throw new XenBackupError('host-identity-conflict', {
          message: `${name} and ${other} are one and the same machine (boot id ${identity.bootId})`,
          details: { hosts: [other, name] },
        });
      }
      this.#namesByBootId.set(identity.bootId, name);
      return { host, identity };
    } catch (error) {
      await host.close();
      throw toXenBackupError(error);
    }
  }
}
