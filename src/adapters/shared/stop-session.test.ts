import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { startTicksOf, stopSessionArgv } from './stop-session.js';

const started: number[] = [];

/** A process that leads its own session. */
function sleeper(): { processId: number; startTicks: string } {
  const processId = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' }).pid!;
  started.push(processId);
  return { processId, startTicks: startTicksOf(readFileSync(`/proc/${processId}/stat`, 'utf8'))! };
}

function lives(processId: number): boolean {
  const path = `/proc/${processId}/stat`;
  return existsSync(path) && !/\) [ZX] /.test(readFileSync(path, 'utf8'));
}

function stopBy(shell: string[], session: { processId: number; startTicks: string }): number {
  const [, ...rest] = stopSessionArgv(session, 1_000);
  const [file, ...args] = [...shell, ...rest];
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C' };
  // Under the name it has as /bin/sh: bash then leaves the user's files alone.
  return spawnSync(file!, args, { env, ...(shell.length === 1 ? { argv0: 'sh' } : {}) }).status!;
}

// What /bin/sh is on hosts. A shell that is not installed here is left out.
const shells = [['dash'], ['bash'], ['busybox', 'sh']].filter(
  ([file]) => spawnSync(file!, { input: '' }).error === undefined,
);

describe.each(shells)('the stop script in %s', (...shell) => {
  afterEach(() => {
    for (const processId of started.splice(0)) if (lives(processId)) process.kill(processId);
  });

  it('ends the session and proves it', () => {
    const session = sleeper();
    expect(stopBy(shell, session)).toBe(0);
    expect(lives(session.processId)).toBe(false);
  });

  it('leaves a process alone that was given the number later', () => {
    const session = sleeper();
    expect(stopBy(shell, { ...session, startTicks: '1' })).toBe(0);
    expect(lives(session.processId)).toBe(true);
  });

  it('is content with a session that is gone', () => {
    expect(stopBy(shell, { processId: 4_194_303, startTicks: '1' })).toBe(0);
  });
});

describe('startTicksOf', () => {
  it('reads field 22, whatever the name contains', () => {
    const fields = 'S 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654 1 2';
    expect(startTicksOf(`7 (a) b) (c\n) ${fields}`)).toBe('987654');
  });

  it('makes nothing of other text', () => {
    expect(startTicksOf('')).toBeUndefined();
    expect(startTicksOf('No such file')).toBeUndefined();
  });
});
