import { describe, expect, it } from 'vitest';
import { remoteCommandText } from '../../adapters/ssh/remote-command.js';
import type { ForcedCommand } from '../forced-command.js';
import { registerGateCommand } from './gate.js';
import { CommandHarness, type Outcome } from './harness.contract.js';

class Door implements ForcedCommand {
  readonly address = '192.0.2.99';
  readonly wanted: string | undefined;
  readonly executed: (readonly string[])[] = [];
  readonly warnings: string[] = [];

  constructor(wanted?: string) {
    this.wanted = wanted;
  }

  async execute(argv: readonly string[]): Promise<number> {
    this.executed.push(argv);
    return 5;
  }

  async warn(text: string): Promise<void> {
    this.warnings.push(text);
  }

  enter(...words: readonly string[]): Promise<Outcome> {
    const register: typeof registerGateCommand = (program, context) => {
      registerGateCommand(program, context, this);
    };
    return new CommandHarness().run(register, 'gate', ...words);
  }
}

function sent(...[tool = '', ...rest]: readonly string[]): string {
  return remoteCommandText({ argv: [tool, ...rest], elevation: 'none', life: 'short' });
}

describe('gate', () => {
  it('runs a command of ours and ends as it does', async () => {
    const door = new Door(sent('virsh', '-c', 'xen:///system', 'domstate', 'dc1'));
    expect(await door.enter()).toEqual({ exitCode: 5, stdout: '', stderr: '' });
    expect(door.executed[0]?.slice(-5)).toEqual([
      'virsh',
      '-c',
      'xen:///system',
      'domstate',
      'dc1',
    ]);
    expect(door.executed[0]?.slice(0, 2)).toEqual(['sh', '-c']);
  });

  it('refuses everything else with 126, a line on stderr and one in the log', async () => {
    const door = new Door('rsync --server --sender . /etc');
    const { exitCode, stdout, stderr } = await door.enter();
    expect({ exitCode, stdout }).toEqual({ exitCode: 126, stdout: '' });
    expect(stderr).toBe('xen-backup-gate: refused: rsync --server --sender . /etc\n');
    expect(door.warnings).toEqual(['refused, from 192.0.2.99: rsync --server --sender . /etc']);
    expect(door.executed).toEqual([]);
  });

  it('refuses to be a shell', async () => {
    const { exitCode, stderr } = await new Door().enter();
    expect({ exitCode, stderr }).toEqual({
      exitCode: 126,
      stderr: 'xen-backup-gate: refused: no command\n',
    });
  });

  it('tells xen-backup on its first line', async () => {
    const { stdout } = await new Door(sent('reboot')).enter();
    expect(stdout).toBe('xen-backup refused\n');
  });

  it.each([
    ['--role target', ['lvremove', '--config', 'x'], ['--role', 'target']],
    ['another guest', ['virsh', '-c', 'xen:///system', 'domstate', 'dc10'], ['--guest', 'dc1']],
    ['another group', ['sync', '--', '/dev/mapper/vgb-web'], ['--volume-group', 'vga']],
    [
      'another state directory',
      ['head', '-c', '9', '--', '/var/lib/xen-backup/records/a.json'],
      ['--state-dir', '/srv/x'],
    ],
  ] as const)('refuses %s', async (_, argv, words) => {
    expect((await new Door(sent(...argv)).enter(...words)).exitCode).toBe(126);
  });

  it('lets through what its limits name', async () => {
    const limits = [
      '--role',
      'target',
      '--guest',
      'dc1',
      'dc10',
      '--volume-group',
      'vg-a',
    ] as const;
    for (const argv of [
      ['virsh', '-c', 'xen:///system', 'domstate', 'dc10'],
      ['sync', '--', '/dev/mapper/vg--a-web'],
      ['head', '-c', '9', '--', '/var/lib/xen-backup/records/dc1.json'],
    ] as const) {
      expect((await new Door(sent(...argv)).enter(...limits)).exitCode).toBe(5);
    }
  });

  it('prints a filter that says what it is', async () => {
    const { exitCode, stdout } = await new Door().enter(
      '--print',
      '--role',
      'target',
      '--guest',
      'dc1',
    );
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^#!\/bin\/sh\n# Made by xen-backup \S+, gate --print: role target, guest dc1\.\n/,
    );
    expect(stdout).not.toContain('lvcreate');
  });

  it('knows no other role, and no state directory that is no plain path', async () => {
    expect((await new Door().enter('--role', 'both-of-them')).exitCode).toBe(1);
    expect((await new Door().enter('--print', '--state-dir', '/a/../b')).exitCode).toBe(2);
  });
});
