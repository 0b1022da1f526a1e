import { describe, expect, it } from 'vitest';
import { XenBackupError } from '../core/index.js';
import type { Argv, CommandRunner } from '../ports/index.js';
import { withoutPileUp } from './no-pile-up.js';

const stuck = new XenBackupError('command-stop-unproven', {
  message: 'lvcreate on dom0a (process 4711) could not be proven dead: 4711 D lvcreate',
});

function setUp(hangs: (argv: Argv) => boolean) {
  const started: string[] = [];
  const inner: CommandRunner = {
    run: async ({ argv }) => {
      started.push(argv.join(' '));
      if (hangs(argv)) throw stuck;
      return { argv, exitCode: 0, stdout: '', stderr: '', durationMs: 1 };
    },
    start: async ({ argv }) => {
      started.push(argv.join(' '));
      return {
        argv,
        processId: 1,
        stdout: (async function* () {})(),
        result: new Promise(() => undefined),
        write: async () => undefined,
        closeInput: async () => undefined,
        stop: async () => {
          if (hangs(argv)) throw stuck;
        },
      };
    },
  };
  return { started, runner: withoutPileUp(inner, 'dom0a') };
}

describe('failure case 26: a command that hangs', () => {
  it('is followed by no other of its kind, and the refusal names the first', async () => {
    const { runner, started } = setUp(([tool]) => tool === 'lvcreate');
    await expect(runner.run({ argv: ['lvcreate', '-s'] })).rejects.toBe(stuck);
    for (const argv of [['lvs'], ['lvremove', 'x'], ['vgs'], ['lvcreate', '-s']] as const) {
      await expect(runner.run({ argv })).rejects.toMatchObject({
        code: 'command-stop-unproven',
        message: expect.stringContaining('4711 D lvcreate'),
      });
    }
    await expect(runner.start({ argv: ['lvs'] })).rejects.toMatchObject({
      code: 'command-stop-unproven',
    });
    expect(started).toEqual(['lvcreate -s']);
  });

  it('does not keep the teardown from what it can still do', async () => {
    const { runner, started } = setUp((argv) => argv.join(' ').startsWith('dmsetup create'));
    await expect(runner.run({ argv: ['dmsetup', 'create', 'x'] })).rejects.toBe(stuck);
    const others = [
      ['dmsetup', 'info', 'x'],
      ['dmsetup', 'remove', '--retry', 'x'],
      ['umount', '/run/x'],
      ['sh', '-c', 'text', 'xen-backup-append', '/x'],
    ] as const;
    for (const argv of others) await runner.run({ argv });
    expect(started).toHaveLength(1 + others.length);
  });

  it('is noticed also when a long command cannot be stopped', async () => {
    const { runner } = setUp(([tool]) => tool === 'findmnt');
    const running = await runner.start({ argv: ['findmnt', '--poll'] });
    await expect(running.stop()).rejects.toBe(stuck);
    await expect(runner.start({ argv: ['findmnt', '--poll'] })).rejects.toMatchObject({
      code: 'command-stop-unproven',
    });
  });

  it('is not supposed where the host could not be asked: it may answer again', async () => {
    const cause = new Error('no answer');
    const unasked = new XenBackupError('command-stop-unproven', { message: 'x', cause });
    let calls = 0;
    const failing: CommandRunner = {
      run: async () => {
        calls += 1;
        throw unasked;
      },
      start: () => Promise.reject(unasked),
    };
    const runner = withoutPileUp(failing, 'dom0a');
    for (let turn = 0; turn < 2; turn += 1) {
      await expect(runner.run({ argv: ['lvs'] })).rejects.toBe(unasked);
    }
    expect(calls).toBe(2);
  });

  it('that can be ended keeps nobody from anything', async () => {
    const { runner, started } = setUp(() => false);
    const running = await runner.start({ argv: ['lvs'] });
    await running.stop();
    await runner.run({ argv: ['lvs'] });
    expect(started).toHaveLength(2);
  });
});
