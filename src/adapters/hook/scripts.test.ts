import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileNameForGuest } from '../../core/index.js';
import { hookScript } from './scripts.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'xen-backup-hook-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const definition = "<domain><devices><disk><source dev='/dev/dm-7'/></disk></devices></domain>\n";

function call(guest: string, operation = 'prepare', moment = 'begin') {
  const script = hookScript('test', { locks: folder, blockDevices: join(folder, 'block') });
  const { status, stdout, stderr } = spawnSync(
    'sh',
    ['-c', script, 'hook', guest, operation, moment, '-'],
    { input: definition, encoding: 'utf8' },
  );
  expect(stdout).toBe('');
  return { status, stderr };
}

function lockFile(guest: string): string {
  return join(folder, `guest-${fileNameForGuest(guest)}.lock`);
}

/** A process that holds a lock, until it is killed. */
async function hold(file: string, mode: '--shared' | '--exclusive') {
  const holder = spawn('flock', [mode, '--no-fork', file, 'sh', '-c', 'echo held; exec sleep 600']);
  await once(holder.stdout, 'data');
  return async () => {
    const ended = once(holder, 'exit');
    holder.kill('SIGKILL');
    await ended;
  };
}

function leaveMap(name: string, readOnly: '0' | '1'): void {
  const map = join(folder, 'block', 'dm-9');
  mkdirSync(join(map, 'dm'), { recursive: true });
  writeFileSync(join(map, 'dm', 'name'), `${name}\n`);
  writeFileSync(join(map, 'ro'), `${readOnly}\n`);
  mkdirSync(join(folder, 'block', 'dm-7', 'holders'), { recursive: true });
  symlinkSync(map, join(folder, 'block', 'dm-7', 'holders', 'dm-9'));
}

describe('the hook', () => {
  it.each(['dc1', '-rf', 'web 1', '../x', 'größe'])(
    'refuses %s while it is written',
    async (guest) => {
      const release = await hold(lockFile(guest), '--exclusive');
      writeFileSync(lockFile(guest), '{"runId":"abcdefghij","access":"read-write"}\n');
      for (const operation of ['prepare', 'start', 'restore', 'migrate']) {
        expect(call(guest, operation).status).toBe(1);
      }
      expect(call(guest).stderr).toContain('abcdefghij');
      await release();
      expect(call(guest)).toEqual({ status: 0, stderr: '' });
    },
  );

  // All operations of https://libvirt.org/hooks.html, of both drivers.
  it.each([
    ['started', 'begin'],
    ['reconnect', 'begin'],
    ['attach', 'begin'],
    ['stopped', 'end'],
    ['release', 'end'],
  ] as const)(
    'ends no guest that runs, and delays none that ends: %s',
    async (operation, moment) => {
      const release = await hold(lockFile('dc1'), '--exclusive');
      expect(call('dc1').status).toBe(1);
      expect(call('dc1', operation, moment)).toEqual({ status: 0, stderr: '' });
      await release();
    },
  );

  it('lets it start where it is only read', async () => {
    const release = await hold(lockFile('dc1'), '--exclusive');
    writeFileSync(lockFile('dc1'), '{"runId":"abcdefghij","access":"read-only"}\n');
    expect(call('dc1')).toEqual({ status: 0, stderr: '' });
    await release();
  });

  it('refuses where the lock is held and does not say by whom', async () => {
    const release = await hold(lockFile('dc1'), '--exclusive');
    expect(call('dc1').status).toBe(1);
    expect(call('dc10').status).toBe(0);
    await release();
  });

  it('refuses while a writer outlives its run', async () => {
    const release = await hold(`${lockFile('dc1')}.writers`, '--shared');
    expect(call('dc1').status).toBe(1);
    await release();
    expect(call('dc1').status).toBe(0);
  });

  it('refuses what a killed run has left open, without any lock', () => {
    leaveMap('xen-backup-abcdefghij-2', '0');
    const { status, stderr } = call('dc1');
    expect(status).toBe(1);
    expect(stderr).toContain('xen-backup recover');
  });

  it.each([
    ['xen-backup-abcdefghij-2', '1'],
    ['VolGroup00-LogVol00', '0'],
  ] as const)('does not mind %s, read-only %s', (name, readOnly) => {
    leaveMap(name, readOnly);
    expect(call('dc1').status).toBe(0);
  });

  it('knows nothing of other guests, and nothing after a reboot', () => {
    expect(call('other')).toEqual({ status: 0, stderr: '' });
  });
});
