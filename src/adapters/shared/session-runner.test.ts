import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { XenBackupError } from '../../core/errors/index.js';
import type { Elevation } from './command-environment.js';
import type { LaunchedProcess, Launcher } from './launcher.js';
import { SessionRunner } from './session-runner.js';

interface Script {
  readonly exitCode?: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

/** A process that says its lines and ends; without an exit code it never does. */
function processOf(script: Script): LaunchedProcess {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  stdout.end(script.stdout ?? '');
  stderr.end(script.stderr ?? '');
  const { exitCode } = script;
  return {
    leaderEnded: new Promise(() => undefined),
    session: { processId: 42, startTicks: '1000' },
    stdin: new PassThrough().resume(),
    stdout,
    stderr,
    exit: new Promise((resolve) => {
      if (exitCode !== undefined)
        setTimeout(() => {
          resolve(exitCode);
        }, 10);
    }),
  };
}

function runnerOf(launch: Launcher['launch'], elevation: Elevation = 'none'): SessionRunner {
  return new SessionRunner('dom0b', { launch }, elevation);
}

const isStop = (argv: readonly string[]): boolean => argv.includes('xen-backup-stop');

describe('session runner', () => {
  it('says who survived when a stop cannot be proven', async () => {
    const runner = runnerOf(async ({ argv }) =>
      processOf(isStop(argv) ? { exitCode: 1, stdout: '42 D lvs\n' } : {}),
    );
    const run = runner.run({ argv: ['lvs'], timeoutMs: 20 });
    await expect(run).rejects.toMatchObject({
      code: 'command-stop-unproven',
      message: 'lvs on dom0b (process 42) could not be proven dead: 42 D lvs',
    });
  });

  it('cannot prove a stop on a host that does not answer', async () => {
    const unreachable = new XenBackupError('host-unreachable', { message: 'dom0b is gone' });
    const runner = runnerOf(async ({ argv }) => {
      if (isStop(argv)) throw unreachable;
      return processOf({});
    });
    const running = await runner.start({ argv: ['sleep', '9'] });
    await expect(running.stop()).rejects.toMatchObject({
      code: 'command-stop-unproven',
      cause: unreachable,
    });
  });

  it('tells sudo’s refusal from a failure of the tool', async () => {
    const stderr = 'sudo: a password is required\n';
    const refused = async () => processOf({ exitCode: 1, stderr });
    await expect(runnerOf(refused, 'sudo').run({ argv: ['lvs'] })).rejects.toMatchObject({
      code: 'privilege-missing',
      message: 'sudo on dom0b did not run lvs: a password is required',
    });
    // Without sudo in front, the same text is the tool's own.
    expect(await runnerOf(refused).run({ argv: ['lvs'] })).toMatchObject({ exitCode: 1, stderr });
  });

  it('knows a tool that sudo did not find', async () => {
    const stderr = 'sudo: lvs: command not found\n';
    const run = runnerOf(async () => processOf({ exitCode: 1, stderr }), 'sudo').run({
      argv: ['lvs'],
    });
    await expect(run).rejects.toMatchObject({ code: 'command-not-found' });
  });

  it('knows a command that sudo does not allow', async () => {
    const stderr = "Sorry, user dom is not allowed to execute '/sbin/lvs' as root on b.\n";
    const run = runnerOf(async () => processOf({ exitCode: 1, stderr }), 'sudo').run({
      argv: ['lvs'],
    });
    await expect(run).rejects.toMatchObject({ code: 'privilege-missing' });
  });
});
