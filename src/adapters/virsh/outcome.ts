import type { ErrorCode } from '../../core/errors/index.js';
import { linesOf } from '../shared/index.js';

/** What virsh's exit code 1 means. */
export type FailureMeaning = Extract<
  ErrorCode,
  'domain-not-found' | 'hypervisor-unreachable' | 'command-failed'
>;

// Every failure of virsh is exit code 1 (measured); the meaning is in the text alone.
const notFound = /^error: (?:failed to get domain '.*'|Domain not found: .*)$/s;
const noHypervisor = [
  /^error: failed to connect to the hypervisor$/,
  /^error: Disconnected from .* due to /,
  /^error: (?:End of file while reading data|Cannot (?:recv|write) data|client socket is closed)/,
  /^error: (?:Failed to connect socket|unable to connect to server|Cannot create a connection)/,
  /^error: internal error: client socket is closed/,
];

/**
 * What a failed virsh says. A domain is "not found" only where nothing else was said: a broken
 * connection in the middle of the search also begins with `failed to get domain`, and unreachable
 * must never pass for not running.
 */
export function meaningOfFailure(stderr: string): FailureMeaning {
  const lines = linesOf(stderr);
  if (lines.some((line) => noHypervisor.some((pattern) => pattern.test(line)))) {
    return 'hypervisor-unreachable';
  }
  return lines.length > 0 && lines.every((line) => notFound.test(line))
    ? 'domain-not-found'
    : 'command-failed';
}
