import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createLocalRunner } from './runner.js';

const runner = createLocalRunner({ hostName: 'dom0a' });

/** State, parent, group and session of a process of this machine. */
function statusOf(processId: number): string[] {
  const path = `/proc/${processId}/stat`;
  return existsSync(path) ? readFileSync(path, 'utf8').split(') ')[1]!.split(' ') : ['gone'];
}

function sessionOf(processId: number): string {
  return statusOf(processId)[3]!;
}

/** A zombie is dead too: nobody may have fetched its exit code. */
function isDead(processId: number): boolean {
  return ['gone', 'Z', 'X'].includes(statusOf(processId)[0]!);
}

describe('local runner', () => {
  const cleanups: (() => void)[] = [];
  afterEach(() => {
    for (const cleanup of cleanups.splice(0)) cleanup();
  });

  it('gives every command the fixed environment and nothing of the caller', async () => {
    process.env['LANG'] = 'ja_JP.UTF-8';
    cleanups.push(() => delete process.env['LANG']);
    const { stdout } = await runner.run({ argv: ['env'] });
    const names = stdout
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0]);
    expect(stdout).toContain('LC_ALL=C\n');
    expect(stdout).toContain('LVM_SUPPRESS_FD_WARNINGS=1\n');
    expect(stdout).toContain('PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n');
    expect(names.filter((name) => !['HOME', 'SSH_AUTH_SOCK'].includes(name ?? '')).sort()).toEqual([
      'LC_ALL',
      'LVM_SUPPRESS_FD_WARNINGS',
      'PATH',
    ]);
  });

  it('finds tools by its own PATH, not by the caller’s', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'xen-backup-path-'));
    writeFileSync(join(directory, 'only-here'), '#!/bin/sh\n', { mode: 0o755 });
    const before = process.env['PATH'];
    process.env['PATH'] = `${directory}:${before ?? ''}`;
    cleanups.push(
      () => (process.env['PATH'] = before ?? ''),
      () => {
        rmSync(directory, { recursive: true });
      },
    );
    const run = runner.run({ argv: ['only-here'] });
    await expect(run).rejects.toMatchObject({ code: 'command-not-found' });
  });

  it('names the tool and the host when a file may not be executed', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'xen-backup-mode-'));
    cleanups.push(() => {
      rmSync(directory, { recursive: true });
    });
    const file = join(directory, 'tool');
    writeFileSync(file, '#!/bin/sh\n', { mode: 0o644 });
    const run = runner.run({ argv: [file] });
    await expect(run).rejects.toThrow(`${file} is not installed on dom0a`);
  });

  it('starts every command as leader of a session of its own', async () => {
    const running = await runner.start({ argv: ['sleep', '60'] });
    expect(sessionOf(running.processId)).toBe(String(running.processId));
    await running.stop();
  });

  it('keeps no directory busy', async () => {
    expect((await runner.run({ argv: ['pwd'] })).stdout).toBe('/\n');
  });

  it('reports a signal as 128 and its number', async () => {
    expect((await runner.run({ argv: ['sh', '-c', 'kill -s KILL $$'] })).exitCode).toBe(137);
  });

  it('ends members of the session that outlive their leader', async () => {
    // The leader ends at once; its background child keeps the pipe, and so the command, open.
    const script = 'sleep 600 & echo $!';
    const running = await runner.start({ argv: ['sh', '-c', script] });
    let child = '';
    for await (const chunk of running.stdout) {
      child = chunk.trim();
      break;
    }
    await running.stop();
    expect(isDead(Number(child))).toBe(true);
  });

  it('ends descendants that made a session of their own', async () => {
    const script = "setsid sh -c 'echo $$; exec sleep 600' & wait";
    const running = await runner.start({ argv: ['sh', '-c', script] });
    let child = '';
    for await (const chunk of running.stdout) {
      child = chunk.trim();
      break;
    }
    expect(sessionOf(Number(child))).not.toBe(String(running.processId));
    await running.stop();
    expect(isDead(Number(child))).toBe(true);
  });

  it('ends without reading its input are no error', async () => {
    const stdin = 'x'.repeat(1_000_000);
    expect((await runner.run({ argv: ['true'], stdin })).exitCode).toBe(0);
  });

  it('turns bytes that are not UTF-8 into U+FFFD', async () => {
    const { stdout } = await runner.run({ argv: ['printf', String.raw`a\377b`] });
    expect(stdout).toBe('a\ufffdb');
  });

  it('keeps the last 64 KiB of a started command’s stderr', async () => {
    const script = 'yes 123456789 | head -n 20000 >&2; echo end >&2';
    const running = await runner.start({ argv: ['sh', '-c', script] });
    for await (const chunk of running.stdout) expect(chunk).toBe('');
    const { stderr } = await running.result;
    expect(stderr).toHaveLength(64 * 1024);
    expect(stderr.endsWith('123456789\nend\n')).toBe(true);
  });
});
