import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { XenBackupError } from '../../core/errors/index.js';
import type { LaunchedProcess, Launcher, LaunchRequest } from './launcher.js';
import { SessionRunner } from './session-runner.js';

/** A process whose end is told by hand. */
function processOf(processId: number, exit: Promise<number>): LaunchedProcess {
  return {
    leaderEnded: new Promise(() => undefined),
    session: { processId, startTicks: '1000' },
    stdin: new PassThrough().resume(),
    stdout: new PassThrough().end(),
    stderr: new PassThrough().end(),
    exit,
  };
}

const isStop = ({ argv }: LaunchRequest): boolean => argv.includes('xen-backup-stop');
const never = new Promise<number>(() => undefined);

/** A host: what is asked of it, and how the attempts to stop end. */
function hostWhere(stopped: (processId: string) => Promise<number>, exit = never) {
  const stops: string[] = [];
  let number = 100;
  const launch: Launcher['launch'] = async (request) => {
    if (!isStop(request)) return processOf((number += 1), exit);
    const processId = request.argv[4] ?? '';
    stops.push(`${processId} ${request.life}`);
    return processOf(1, stopped(processId));
  };
  return { runner: new SessionRunner('dom0b', { launch }, 'none'), stops };
}

describe('what is at work when a runner is closed', () => {
  it('is stopped, by commands that need not wait for it', async () => {
    const { runner, stops } = hostWhere(async () => 0);
    await runner.start({ argv: ['rsync'] });
    await runner.start({ argv: ['lvs'] });
    await runner.close();
    expect(stops).toEqual(['101 stop', '102 stop']);
  });

  it('is nothing that has ended, or was proven dead before', async () => {
    const ended = hostWhere(async () => 0, Promise.resolve(0));
    await ended.runner.run({ argv: ['lvs'] });
    await ended.runner.close();
    expect(ended.stops).toEqual([]);

    const dead = hostWhere(async () => 0);
    await (await dead.runner.start({ argv: ['rsync'] })).stop();
    await dead.runner.close();
    expect(dead.stops).toHaveLength(1);
  });

  it('is also what a broken connection was the last to be heard of', async () => {
    const lost = Promise.reject(new XenBackupError('host-unreachable', { message: 'broke' }));
    lost.catch(() => undefined);
    const { runner, stops } = hostWhere(async () => 0, lost);
    await expect(runner.run({ argv: ['lvcreate'] })).rejects.toThrow('broke');
    await runner.close();
    expect(stops).toEqual(['101 stop']);
  });

  it('is waited for where it is just being started', async () => {
    let launched = (_: LaunchedProcess): void => undefined;
    const stops: string[] = [];
    const launch: Launcher['launch'] = (request) => {
      if (!isStop(request)) return new Promise((resolve) => (launched = resolve));
      stops.push(request.argv[4] ?? '');
      return Promise.resolve(processOf(1, Promise.resolve(0)));
    };
    const runner = new SessionRunner('dom0b', { launch }, 'none');
    const starting = runner.start({ argv: ['rsync'] });
    const closing = runner.close();
    launched(processOf(7, never));
    await starting;
    await closing;
    expect(stops).toEqual(['7']);
  });

  it('is named when it survives, all others being ended', async () => {
    const { runner, stops } = hostWhere(async (processId) => (processId === '101' ? 1 : 0));
    await runner.start({ argv: ['lvs'] });
    await runner.start({ argv: ['rsync'] });
    await expect(runner.close()).rejects.toMatchObject({
      code: 'command-stop-unproven',
      message: 'lvs on dom0b (process 101) could not be proven dead: ',
    });
    expect(stops).toHaveLength(2);
  });

  it('cannot be asked about on a host that does not answer', async () => {
    const gone = new XenBackupError('host-unreachable', { message: 'dom0b is gone' });
    const { runner } = hostWhere(() => Promise.reject(gone));
    await runner.start({ argv: ['rsync'] });
    await expect(runner.close()).rejects.toMatchObject({ code: 'host-unreachable' });
  });
});
