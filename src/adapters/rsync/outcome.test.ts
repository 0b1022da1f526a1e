import { describe, expect, it } from 'vitest';
import { copyFailure } from './outcome.js';

// Failure case 18, and the guards.
const table = [
  [1, 'usage'],
  [2, 'protocol-mismatch'],
  [5, 'protocol-mismatch'],
  [10, 'connection-lost'],
  [11, 'input-output-error'],
  [12, 'connection-lost'],
  [14, 'failed'],
  [20, 'interrupted'],
  [23, 'partial'],
  [24, 'vanished'],
  [25, 'deletion-limit'],
  [30, 'timeout'],
  [35, 'timeout'],
  [119, 'target-guard-refused'],
  [120, 'source-guard-refused'],
  [121, 'source-guard-refused'],
  [122, 'target-guard-refused'],
  [123, 'target-guard-refused'],
  [127, 'tool-missing'],
  [137, 'interrupted'],
  [255, 'connection-lost'],
] as const;

describe('copyFailure', () => {
  it.each(table)('takes exit code %i for %s', (exitCode, kind) => {
    expect(copyFailure(exitCode, '', [])).toMatchObject({ kind, exitCode });
  });

  it('says something of its own for each', () => {
    const texts = table.map(([exitCode]) => copyFailure(exitCode, '', []).text);
    expect(new Set(texts).size).toBe(table.length);
    expect(texts).not.toContain('');
  });

  it('never takes an unknown code for success', () => {
    expect(copyFailure(99, 'strange', [])).toEqual({
      kind: 'failed',
      exitCode: 99,
      text: 'rsync ended with the unknown exit code 99\nstrange',
    });
  });

  it.each([
    [12, 'xen-backup-guard: target: /m cannot be entered\nrsync: …\n', 'target-guard-refused'],
    [255, 'No ED25519 host key is known.\nHost key verification failed.\n', 'host-key-unknown'],
    [12, 'root@b: Permission denied (publickey).\n', 'authentication-failed'],
    [12, 'sudo: a password is required\n', 'authentication-failed'],
    [12, 'xen-backup-receive: 14: exec: rsync: not found\n', 'tool-missing'],
    [11, 'rsync: write failed on "/a": No space left on device (28)\n', 'target-full'],
    [23, 'rsync: read errors mapping "/a": Input/output error (5)\n', 'input-output-error'],
  ])('tells from stderr what exit code %i leaves open', (exitCode, stderr, kind) => {
    expect(copyFailure(exitCode, stderr, []).kind).toBe(kind);
  });

  it('does not take a file’s name for a full disk or a lost key', () => {
    const stderr =
      'rsync: chgrp "/Host key verification failed." failed: Operation not permitted\n';
    expect(copyFailure(23, stderr, []).kind).toBe('partial');
  });

  it('shows the last lines, harmless to a terminal', () => {
    const stderr = `${'line\n'.repeat(100)}rsync: "/\u001b[2J": gone\n`;
    const { text } = copyFailure(23, stderr, ['a note']);
    expect(text.split('\n')).toHaveLength(13);
    expect(text).toContain(String.raw`"/\u001b[2J"`);
  });
});
