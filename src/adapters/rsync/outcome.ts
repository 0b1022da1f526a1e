import type { CopyOutcome } from '../../ports/index.js';
import { printable } from '../shared/index.js';
import { authenticationRefusal, hostKeyRefusal, sudoRefusal } from './refusals.js';

type FailureKind = Exclude<CopyOutcome['kind'], 'done'>;
type Failure = Extract<CopyOutcome, { readonly kind: FailureKind }>;

interface Meaning {
  readonly kind: FailureKind;
  readonly meaning: string;
}

/** rsync(1), EXIT VALUES, then those of our guards, then those of ssh and the shell. */
const meanings: Readonly<Record<number, Meaning>> = {
  1: { kind: 'usage', meaning: 'rsync does not understand its options' },
  2: { kind: 'protocol-mismatch', meaning: 'the two rsync speak different protocols' },
  3: { kind: 'failed', meaning: 'rsync could not select its files or directories' },
  4: { kind: 'usage', meaning: 'rsync does not support what was asked' },
  5: { kind: 'protocol-mismatch', meaning: 'the two rsync did not agree on how to begin' },
  6: { kind: 'failed', meaning: 'rsync could not write its log' },
  10: { kind: 'connection-lost', meaning: 'the connection failed' },
  11: { kind: 'input-output-error', meaning: 'a file could not be read or written' },
  12: { kind: 'connection-lost', meaning: 'the stream between the two rsync broke off' },
  13: { kind: 'failed', meaning: 'rsync could not pass on its messages' },
  14: { kind: 'failed', meaning: 'the processes of rsync could not talk to each other' },
  15: { kind: 'failed', meaning: 'a process of rsync crashed' },
  16: { kind: 'failed', meaning: 'a process of rsync ended in an unusual way' },
  19: { kind: 'interrupted', meaning: 'rsync was told to end by its other half' },
  20: { kind: 'interrupted', meaning: 'rsync was ended by a signal' },
  21: { kind: 'failed', meaning: 'rsync could not wait for its processes' },
  22: { kind: 'failed', meaning: 'rsync ran out of memory' },
  23: { kind: 'partial', meaning: 'some files or attributes were not copied' },
  24: { kind: 'vanished', meaning: 'files vanished while they were copied: the snapshot broke' },
  25: { kind: 'deletion-limit', meaning: 'more would be deleted than is allowed' },
  30: { kind: 'timeout', meaning: 'nothing was heard of the other side for too long' },
  35: { kind: 'timeout', meaning: 'the other side did not answer in time' },
  119: { kind: 'target-guard-refused', meaning: 'the target’s lock could not be shared' },
  120: { kind: 'source-guard-refused', meaning: 'the source’s mount point is not there' },
  121: { kind: 'source-guard-refused', meaning: 'the source is not the file system proven' },
  122: { kind: 'target-guard-refused', meaning: 'the target’s mount point is not there' },
  123: { kind: 'target-guard-refused', meaning: 'the target is not the file system proven' },
  124: { kind: 'failed', meaning: 'the remote shell failed' },
  125: { kind: 'failed', meaning: 'the remote shell was killed' },
  126: { kind: 'tool-missing', meaning: 'a tool may not be executed' },
  127: { kind: 'tool-missing', meaning: 'a tool is not installed' },
  255: { kind: 'connection-lost', meaning: 'ssh could not connect, or lost its connection' },
};

interface Refinement {
  readonly codes: readonly number[];
  readonly says: RegExp;
  readonly kind: FailureKind;
  readonly meaning: string;
}

/** Where ssh and sudo end early, rsync sees no more than a stream that broke off. */
const early = [1, 10, 12, 14, 127, 255];

/** What the exit code leaves open and stderr (under `LC_ALL=C`) tells. The first that fits. */
const refinements: readonly Refinement[] = [
  {
    codes: [...early, 2],
    says: /^xen-backup-guard: target: /m,
    kind: 'target-guard-refused',
    meaning: 'the guard on the target refused',
  },
  {
    codes: early,
    says: hostKeyRefusal,
    kind: 'host-key-unknown',
    meaning: 'the target’s host key is not the one that is known',
  },
  {
    codes: early,
    says: authenticationRefusal,
    kind: 'authentication-failed',
    meaning: 'the target refused every key of the source',
  },
  {
    codes: early,
    says: sudoRefusal,
    kind: 'authentication-failed',
    meaning: 'sudo on the target refused',
  },
  {
    codes: early,
    says: /(exec|rsync|flock|sh): (command )?not found/,
    kind: 'tool-missing',
    meaning: 'a tool is not installed on the target',
  },
  {
    codes: early,
    says: /Failed to exec .*: No such file or directory/,
    kind: 'tool-missing',
    meaning: 'ssh is not installed on the source',
  },
  {
    codes: [11, 12, 23],
    says: /No space left on device \(28\)|Disk quota exceeded \(122\)/,
    kind: 'target-full',
    meaning: 'the target is full',
  },
  {
    codes: [11, 12, 23],
    says: /Input\/output error \(5\)/,
    kind: 'input-output-error',
    meaning: 'a disk or snapshot could not be read or written; nothing was deleted',
  },
];

/**
 * How a copy failed, from rsync's exit code and the last of its stderr.
 *
 * @param notes - what rsync said on stdout besides progress and totals
 */
export function copyFailure(exitCode: number, stderr: string, notes: readonly string[]): Failure {
  const { kind, meaning } =
    refinements.find(({ codes, says }) => codes.includes(exitCode) && says.test(stderr)) ??
    meanings[exitCode] ??
    byDefault(exitCode);
  return {
    kind,
    exitCode,
    text: [meaning, ...lastLines([...notes, stderr].join('\n'))].join('\n'),
  };
}

function byDefault(exitCode: number): Meaning {
  if (exitCode > 128 && exitCode < 128 + 65) {
    return { kind: 'interrupted', meaning: `rsync was killed by signal ${exitCode - 128}` };
  }
  return { kind: 'failed', meaning: `rsync ended with the unknown exit code ${exitCode}` };
}

/** The last lines of a text, each harmless to a terminal. */
export function lastLines(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-12)
    .map((line) => printable(line, 500));
}
