import type { HostName } from '../../core/model/index.js';
import type { CommandResult, PeerProbe } from '../../ports/index.js';
import { unexpectedOutput } from '../shared/index.js';
import { lastLines } from './outcome.js';
import { authenticationRefusal, hostKeyRefusal, sudoRefusal } from './refusals.js';

const bootIdLine = /^([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\n$/;

/**
 * What came of asking a peer for its boot id.
 *
 * @throws `output-unexpected` when it answered something else.
 */
export function probeOf(host: HostName, result: CommandResult): PeerProbe {
  if (result.exitCode !== 0) {
    const text = lastLines(result.stderr).join('\n');
    return { kind: refusalOf(result), exitCode: result.exitCode, text };
  }
  const bootId = bootIdLine.exec(result.stdout)?.[1];
  if (bootId !== undefined) return { kind: 'reachable', bootId };
  throw unexpectedOutput('the peer does not answer with its boot id', result.stdout, {
    host,
    argv: result.argv,
  });
}

function refusalOf(result: CommandResult): Exclude<PeerProbe['kind'], 'reachable'> {
  const { exitCode, stderr } = result;
  if (exitCode === 127) return 'tool-missing';
  if (sudoRefusal.test(stderr)) return 'privilege-missing';
  // All of ssh's own failures are 255.
  if (exitCode !== 255) return 'failed';
  if (hostKeyRefusal.test(stderr)) return 'host-key-unknown';
  if (authenticationRefusal.test(stderr)) return 'authentication-failed';
  return /timed out/i.test(stderr) ? 'timeout' : 'connection-lost';
}
