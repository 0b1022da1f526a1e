import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeFiles } from './node-files.js';

describe('files of this machine', () => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'xen-backup-files-'));
  });
  afterEach(() => {
    chmodSync(directory, 0o700);
    rmSync(directory, { recursive: true });
  });

  const files = () => nodeFiles({ workingDirectory: directory, homeDirectory: '/root' });

  it('are created with the directories above them, writable for their owner alone', async () => {
    await files().createFile('a/b/config.yaml', 'hosts:\n');
    const path = join(directory, 'a/b/config.yaml');
    expect(readFileSync(path, 'utf8')).toBe('hosts:\n');
    // What the umask of whoever runs the tests leaves of 0644.
    expect(statSync(path).mode & 0o733).toBe(0o600);
    expect(await files().readText('a/b/config.yaml')).toEqual({ kind: 'text', text: 'hosts:\n' });
    expect(await files().listNames('a/b')).toEqual(['config.yaml']);
  });

  it('are never overwritten', async () => {
    await files().createFile('x', 'one');
    await expect(files().createFile('x', 'two')).rejects.toMatchObject({ code: 'usage-invalid' });
    expect(readFileSync(join(directory, 'x'), 'utf8')).toBe('one');
  });

  it('that cannot be written are named', async () => {
    await files().createFile('x', 'one');
    await expect(files().createFile('x/y', 'two')).rejects.toMatchObject({
      code: 'file-unreadable',
      message: expect.stringContaining('x/y'),
    });
  });
});
