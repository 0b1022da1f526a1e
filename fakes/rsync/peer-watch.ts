import { canReach } from '../network/links.js';
import { keepAliveMs } from '../network/types.js';
import type { Machine } from '../world/state.js';
import { lastWords, places } from './complaints.js';
import type { Connection } from './connect.js';
import type { Pace } from './pace.js';
import { FatalCopyError } from './update-context.js';

/** What a sender must know to tell how its other side fares. */
export interface PeerWatchInit {
  readonly machine: Machine;
  /** Absent for a copy within one machine. */
  readonly connection: Connection | undefined;
  /** 0: none. */
  readonly timeoutSeconds: number;
}

/**
 * Looks at the other side of a copy: it may be gone, or out of reach.
 *
 * @param pace - knows for how long it has been silent.
 * @throws FatalCopyError
 */
export function checkPeer(
  { machine, connection, timeoutSeconds }: PeerWatchInit,
  pace: Pace,
): 'reachable' | 'silent' {
  if (connection === undefined) return 'reachable';
  const { loss } = connection.session;
  const pipe = 'rsync: [sender] write error: Broken pipe (32)\n';
  if (loss?.kind === 'timeout') {
    throw new FatalCopyError(12, `${pipe}${lastWords(12, places.output, 'sender')}`);
  }
  if (loss?.signal === 'KILL') {
    throw new FatalCopyError(10, `\n${pipe}${lastWords(10, places.output, 'sender')}`);
  }
  if (loss !== undefined) {
    const words = lastWords(20, places.signalInGenerator, 'generator');
    throw new FatalCopyError(20, `${words}\n${pipe}`);
  }
  if (canReach(machine.world, machine.name, connection.receiver.machine.name)) return 'reachable';
  requirePatience(connection.receiver.machine.addresses[0] ?? '', timeoutSeconds, pace.silentMs);
  return 'silent';
}

/** rsync's own time limit, or ssh's keep-alive, whichever is over first. */
function requirePatience(address: string, timeoutSeconds: number, silentMs: number): void {
  if (timeoutSeconds > 0 && silentMs >= timeoutSeconds * 1000) {
    const text = `[sender] io timeout after ${timeoutSeconds} seconds -- exiting\n`;
    throw new FatalCopyError(30, `${text}${lastWords(30, places.timeout, 'sender')}`);
  }
  if (silentMs >= keepAliveMs) {
    const ssh = `Timeout, server ${address} not responding.\r\n`;
    const closed = 'rsync: connection unexpectedly closed (0 bytes received so far) [sender]\n';
    throw new FatalCopyError(255, `${ssh}${closed}${lastWords(255, places.input, 'sender')}`);
  }
}
