import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOLD_SCRIPT, RELEASE_SCRIPT } from './scripts.js';

const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
const shells = ['sh', 'dash', 'bash'].filter(
  (shell) => spawnSync(shell, ['-c', 'exit 0']).status === 0,
);

describe.each(shells)('the file that says that a guest is held, under %s', (shell) => {
  let directory: string;
  let closed: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'xen-backup-hold-'));
    chmodSync(directory, 0o755);
    closed = join(directory, 'closed');
    writeFileSync(closed, 'pause 1.00\n');
    chmodSync(closed, 0);
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  const run = (script: string, ...words: readonly string[]) => {
    const { status, stdout } = spawnSync(shell, ['-c', script, 'hold', ...words], {
      ...{ encoding: 'utf8' as const, cwd: '/', ...nobody },
    });
    return { status, stdout };
  };

  it('cannot be opened: nothing is said to be released, and the shell that would try again lives', () => {
    const script = `${RELEASE_SCRIPT}code=$?; echo "lives $code"`;
    expect(run(script, closed, 'test:///default', 'resume', 'thaw')).toEqual({
      status: 0,
      stdout: 'lives 1\n',
    });
  });

  it('is not there: nothing is held', () => {
    expect(run(RELEASE_SCRIPT, join(directory, 'no'), 'test:///default', 'resume', 'thaw')).toEqual(
      { status: 0, stdout: 'not-held\n' },
    );
  });

  it('cannot be opened: the guest is not stopped, and the timer is taken as gone off', () => {
    expect(run(HOLD_SCRIPT, closed, 'pause', 'a run', '1', 'echo', 'stopped')).toEqual({
      status: 75,
      stdout: '',
    });
  });
});
