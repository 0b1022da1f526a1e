import { XenBackupError } from '../../../core/errors/index.js';
import type { DomainState, GuestName, HostName } from '../../../core/model/index.js';
import type { CommandResult, HoldOutcome, ReleaseOutcome } from '../../../ports/index.js';
import { commandFailed, linesOf } from '../../shared/index.js';
import { meaningOfFailure } from '../outcome.js';
import { parseDomainState } from '../parse.js';
import { parseRelease } from './parse.js';

/** States of a guest that works. */
const working: readonly DomainState[] = ['running', 'idle', 'no state'];

/**
 * What a pause came to: the first word is the state before it, the last one the state after.
 *
 * @throws `guest-state-changed`, `guest-hold-failed`, `domain-not-found`, `hypervisor-unreachable`,
 * `output-unexpected` for a first word that is no state: a guest would look as if it had stopped.
 */
export function judgePause(host: HostName, guest: GuestName, result: CommandResult): HoldOutcome {
  const said = linesOf(result.stdout);
  const [before = ''] = said;
  const after = said.at(-1);
  const meaning = meaningOfFailure(result.stderr);
  if (result.exitCode !== 0 && meaning !== 'command-failed') {
    throw commandFailed(host, result, meaning);
  }
  if (before !== '' && !working.includes(parseDomainState(before))) {
    throw new XenBackupError('guest-state-changed', {
      message: `${guest} on ${host} is ${before} since the run began`,
    });
  }
  if (result.exitCode !== 0 || after !== 'paused') {
    throw commandFailed(host, result, 'guest-hold-failed');
  }
  return { kind: 'held' };
}

/** What a release that succeeded found. @throws `output-unexpected`. */
export function judgeRelease(stdout: string): ReleaseOutcome {
  const answer = parseRelease(stdout);
  if (answer.kind === 'not-held') return answer;
  const { by, heldMs, before } = answer;
  const expected = by === 'pause' ? 'paused' : 'frozen';
  return before === expected
    ? { kind: 'released', by, heldMs }
    : { kind: 'interfered', state: before, heldMs };
}
