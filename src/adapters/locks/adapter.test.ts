import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Clock, CommandRunner, LockOwner } from '../../ports/index.js';
import { createHostFiles } from '../host-files/index.js';
import { createLocalRunner } from '../local/index.js';
import { createLocks } from './adapter.js';
import { lockArgv } from './argv.js';
import { parseOwner } from './owner.js';

const hostName = 'dom0b';
const clock: Clock = {
  now: () => 0,
  elapsedMs: () => 0,
  sleep: (durationMs, signal) => wait(durationMs, undefined, { signal }),
};
const runner = createLocalRunner({ hostName });
const owner: LockOwner = {
  runId: 'abcdefghij',
  controller: 'dom0a',
  processId: 1,
  since: '2026-01-02T03:04:05.678Z',
};

/** Lock holders that end at once, each with the next code. */
function endingWith(exitCodes: number[]): Pick<CommandRunner, 'run' | 'start'> {
  return {
    run: (command) => runner.run(command),
    start: ({ argv }) =>
      runner.start({ argv: ['sh', '-c', `exit ${String(exitCodes.shift() ?? 0)}`, ...argv] }),
  };
}

describe('locks of a real host', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'xen-backup-locks-'));
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });
  const locks = () =>
    createLocks({
      clock,
      runner,
      files: createHostFiles({ runner, hostName }),
      hostName,
      directory,
    });

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

  it('leaves nothing of a released lock, but its files while a writer lives', async () => {
    const attempt = await locks().tryLock('gone', owner);
    expect(readdirSync(directory)).toContain('gone.lock');
    const script = 'exec 9<"$1"; flock --shared 9; echo ready; exec sleep 600';
    const file = join(directory, 'gone.lock.writers');
    const writer = await runner.start({ argv: ['sh', '-c', script, 'writer', file] });
    await writer.stdout[Symbol.asyncIterator]().next();
    if (attempt.kind === 'held') await attempt.lock.release();
    expect(await locks().tryLock('gone', owner)).toEqual({ kind: 'busy', owner });
    await writer.stop();
    const next = await locks().tryLock('gone', owner);
    if (next.kind === 'held') await next.lock.release();
    expect(readdirSync(directory).filter((name) => name.startsWith('gone'))).toEqual([]);
  });

  it.each([
    ['removed', 'rm -- "$1"'],
    ['replaced by that of the next holder', 'rm -- "$1" && : >"$1"'],
  ])('is not held by a lock on a file that was %s meanwhile', async (_what, meanwhile) => {
    const file = join(directory, 'stale.lock');
    const [flock, ...words] = lockArgv(file, owner);
    const at = words.indexOf('sh');
    const raced = ['sh', '-c', `${meanwhile}; shift; exec "$@"`, 'race', file, ...words.slice(at)];
    const { exitCode } = await runner.run({ argv: [flock, ...words.slice(0, at), ...raced] });
    expect(exitCode).toBe(76);
  });

  it('tries again when its last holder removed the file, but not for ever', async () => {
    const exitCodes = [76, 66, 75];
    const files = createHostFiles({ runner, hostName });
    const over = (codes: number[]) =>
      createLocks({
        clock,
        runner: { ...runner, ...endingWith(codes) },
        files,
        hostName,
        directory,
      });
    expect(await over(exitCodes).tryLock('again', owner)).toEqual({ kind: 'busy' });
    expect(exitCodes).toEqual([]);
    const always = over(Array.from({ length: 20 }, () => 76));
    await expect(always.tryLock('again', owner)).rejects.toMatchObject({ code: 'command-failed' });
  });

  it('does not wait for ever for a holder that says nothing, and leaves none behind', async () => {
    const silent: CommandRunner = {
      run: (command) => runner.run(command),
      start: () => runner.start({ argv: ['sleep', '600.25'] }),
    };
    const files = createHostFiles({ runner, hostName });
    const hurried = {
      ...clock,
      sleep: (_: number, signal?: AbortSignal) => clock.sleep(50, signal),
    };
    const options = { runner: silent, clock: hurried, files, hostName, directory };
    await expect(createLocks(options).tryLock('mute', owner)).rejects.toMatchObject({
      code: 'command-timed-out',
    });
    expect((await runner.run({ argv: ['pgrep', '-f', '^sleep 600.25'] })).exitCode).toBe(1);
  });

  it('throws when the lock cannot even be tried', async () => {
    writeFileSync(join(directory, 'file'), '');
    const files = createHostFiles({ runner, hostName });
    const impossible = createLocks({
      clock,
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
