import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RECEIVE_SCRIPT, SEND_SCRIPT } from './scripts.js';

const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
const shells = ['sh', 'dash', 'bash'].filter(
  (shell) => spawnSync(shell, ['-c', 'exit 0']).status === 0,
);

describe.each(shells)('the guards of a copy, under %s', (shell) => {
  let directory: string;
  let lock: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'xen-backup-guards-'));
    chmodSync(directory, 0o755);
    lock = join(directory, 'web.lock.writers');
    writeFileSync(lock, '', { mode: 0o644 });
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  const proof = (): string[] => {
    const { dev, ino } = statSync(directory);
    return [directory, String(dev), String(ino)];
  };
  const run = (script: string, words: readonly string[], user: object = {}) => {
    const { status, stdout, stderr } = spawnSync(shell, ['-c', script, 'guard', ...words], {
      ...{ encoding: 'utf8', cwd: '/', ...user },
    });
    return { status, stdout, stderr };
  };
  const receive = (file: string, command: readonly string[], user: object = {}) =>
    run(RECEIVE_SCRIPT, [...proof(), 'XEN_BACKUP_COPY=run-1', file, ...command], user);

  it('stand inside what was proven, with the tag and a share of the lock', () => {
    const question = 'pwd; echo "$XEN_BACKUP_COPY"; flock --nonblock "$1" true; echo $?';
    const { stdout } = receive(lock, ['sh', '-c', question, 'ask', lock]);
    expect(stdout).toBe(`${directory}\nrun-1\n1\n`);
    expect(run(SEND_SCRIPT, [...proof(), 'pwd']).stdout).toBe(`${directory}\n`);
  });

  it.each([
    ['is not there', (file: string) => `${file}.not`],
    ['is a directory', () => directory],
  ])('begin nothing when the file of the lock %s', (_, fileOf) => {
    const file = fileOf(lock);
    expect(receive(file, ['echo', 'begun'])).toEqual({
      ...{ status: 119, stdout: '' },
      stderr: `xen-backup-guard: target: no share of the lock ${file}\n`,
    });
  });

  it('begin nothing, and say so, when the file of the lock cannot be opened', () => {
    const closed = join(directory, 'closed.lock.writers');
    writeFileSync(closed, '');
    chmodSync(closed, 0);
    const { status, stdout, stderr } = receive(closed, ['echo', 'begun'], nobody);
    expect({ status, stdout }).toEqual({ status: 119, stdout: '' });
    expect(stderr).toContain(`xen-backup-guard: target: no share of the lock ${closed}\n`);
  });

  it('begin nothing where it is not the file system that was proven', () => {
    const [path = '', device = ''] = proof();
    const other = [path, device, '1', 'XEN_BACKUP_COPY=run-1', '', 'echo', 'begun'];
    expect(run(RECEIVE_SCRIPT, other)).toMatchObject({ status: 123, stdout: '' });
    expect(run(SEND_SCRIPT, [path, device, '1', 'echo', 'begun'])).toMatchObject({
      ...{ status: 121, stdout: '' },
    });
    const absent = ['/nowhere', device, '1', 'XEN_BACKUP_COPY=run-1', '', 'echo', 'begun'];
    expect(run(RECEIVE_SCRIPT, absent)).toMatchObject({ status: 122, stdout: '' });
  });
});
