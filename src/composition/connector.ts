import type { HostConfiguration } from '../core/index.js';
import type { Clock, CommandRunner, HostConnector, ReplicationPeer } from '../ports/index.js';

/** Opens hosts by their configured names, and knows the time they live by. */
export interface Connector extends HostConnector {
  /** Real time for real hosts, simulated time for simulated ones. */
  readonly clock: Clock;
  /** Ends every connection that is still open, with all that still runs over it. Never throws. */
  close(): Promise<void>;
}

/** A way to run commands on a host, and its end. */
export interface HostLink {
  readonly runner: CommandRunner;
  /** @throws as `HostRunner.close`. */
  close(): Promise<void>;
}

/** How source hosts reach a host for the data, as its configuration says. */
export function replicationPeer(host: HostConfiguration): ReplicationPeer {
  return { ...host.replication, elevation: host.sudo ? 'sudo' : 'none' };
}
