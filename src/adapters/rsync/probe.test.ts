import { describe, expect, it } from 'vitest';
import type { CommandResult } from '../../ports/index.js';
import { probeOf } from './probe.js';

const bootId = '5c0d7c2e-0000-4000-8000-123456789abc';

function result(exitCode: number, stdout: string, stderr: string): CommandResult {
  return { argv: ['ssh'], exitCode, stdout, stderr, durationMs: 1 };
}

describe('probeOf', () => {
  it('gives the boot id of the machine that answered', () => {
    expect(probeOf('a', result(0, `${bootId}\n`, 'banner\n'))).toEqual({
      kind: 'reachable',
      bootId,
    });
  });

  it('does not guess a boot id', () => {
    for (const stdout of ['', 'Welcome!\n', `Welcome!\n${bootId}\n`]) {
      expect(() => probeOf('a', result(0, stdout, ''))).toThrow('boot id');
    }
  });

  it.each([
    [255, 'Host key verification failed.\n', 'host-key-unknown'],
    [255, 'root@b: Permission denied (publickey,password).\n', 'authentication-failed'],
    [255, 'ssh: connect to host b port 22: Connection timed out\n', 'timeout'],
    [255, 'ssh: connect to host b port 22: Connection refused\n', 'connection-lost'],
    [1, 'sudo: a password is required\n', 'privilege-missing'],
    [127, 'bash: sudo: command not found\n', 'tool-missing'],
    [3, 'something else\n', 'failed'],
  ])('tells exit code %i with %j as %s', (exitCode, stderr, kind) => {
    expect(probeOf('a', result(exitCode, '', stderr))).toEqual({
      kind,
      exitCode,
      text: stderr.trim(),
    });
  });
});
