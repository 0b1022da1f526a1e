import type { Configuration, RunId } from '../core/index.js';
import type { Clock, EventSink, HostConnector } from '../ports/index.js';

/** What every use case works with. Everything that touches the world comes in through here. */
export interface RunContext {
  readonly runId: RunId;
  readonly configuration: Configuration;
  readonly connector: HostConnector;
  readonly clock: Clock;
  readonly events: EventSink;
  /** Aborts on a signal: nothing new is begun, everything is taken down in order. */
  readonly signal: AbortSignal;
  /** How long to wait for each lock that another run holds, in milliseconds. Default 0. */
  readonly lockWaitMs?: number;
  /** The machine and process that control this run, for locks. */
  readonly controller: { readonly nodeName: string; readonly processId: number };
}

/** Mounts and locks live here on every host (tmpfs on today's systems, mode 0700). */
export const runDirectory = '/run/xen-backup';

/** Rules of udev that last until the next boot. */
export const rulesDirectory = '/run/udev/rules.d';

/** Directory of one run on a host. */
export function runPath(runId: RunId): string {
  return `${runDirectory}/${runId}`;
}
