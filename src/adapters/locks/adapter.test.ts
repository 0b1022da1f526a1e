import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LockOwner } from '../../ports/index.js';
import { createHostFiles } from '../host-files/index.js';
import { createLocalRunner } from '../local/index.js';
import { createLocks } from './adapter.js';
import { parseOwner } from './owner.js';

const hostName = 'dom0b';
const runner = createLocalRunner({ hostName });
const owner: LockOwner = {
  runId: 'abcdefghij',
  controller: 'dom0a',
  processId: 1,
  since: '2026-01-02T03:04:05.678Z',
};

describe('locks of a real host', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'xen-backup-locks-'));
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });
  const locks = () =>
    createLocks({ runner, files: createHostFiles({ runner, hostName }), hostName, directory });

  it('is busy while a receiver of a dead run lives', async () => {
    const script = 'exec 9>>"$1"; flock --shared 9; echo ready; exec sleep 600';
    const writers = join(directory, 'web.lock.writers');
    const receiver = await runner.start({ argv: ['sh', '-c', script, 'receiver', writers] });
    await receiver.stdout[Symbol.asyncIterator]().next();
    expect(await locks().tryLock('web', owner)).toEqual({ kind: 'busy' });
    await receiver.stop();
    const attempt = await locks().tryLock('web', owner);
    expect(attempt.kind).toBe('held');
    if (attempt.kind === 'held') await attempt.lock.release();
  });

  it('leaves a receiver room for its share while the lock is held', async () => {
    const attempt = await locks().tryLock('share', owner);
    const share = await runner.run({
      argv: ['flock', '--shared', '--nonblock', join(directory, 'share.lock.writers'), 'true'],
    });
    expect(share.exitCode).toBe(0);
    if (attempt.kind === 'held') await attempt.lock.release();
  });

  it('throws when the lock cannot even be tried', async () => {
    writeFileSync(join(directory, 'file'), '');
    const files = createHostFiles({ runner, hostName });
    const impossible = createLocks({
      ...{ runner, files, hostName },
      directory: join(directory, 'file'),
    });
    await expect(impossible.tryLock('web', owner)).rejects.toMatchObject({
      code: 'file-unreadable',
    });
  });
});

describe('parseOwner', () => {
  it('reads back what is written', () => {
    expect(parseOwner(`${JSON.stringify(owner)}\n`)).toEqual(owner);
    const writer: LockOwner = { ...owner, access: 'read-write' };
    expect(parseOwner(JSON.stringify(writer))).toEqual(writer);
  });

  it.each(['', 'dom0a', '{}', '[]', '{"runId":1}'])('knows no owner from %j', (text) => {
    expect(parseOwner(text)).toBeUndefined();
  });
});
