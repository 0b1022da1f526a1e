import { describe, expect, it } from 'vitest';
import { CommandLine, threeHosts } from './harness.js';
import { twoHosts } from './scenarios.js';

const simulate = ['--simulate', 'three-hosts.yaml'];

/** The shipped scenario with faults. */
function withFaults(...faults: readonly string[]): string {
  return `${threeHosts}\nfaults:\n${faults.map((fault) => `  - ${fault}\n`).join('')}`;
}

describe('exit 0', () => {
  it('a run over the shipped scenario is done, the guest that is shut off skipped', async () => {
    const { exitCode, stdout, stderr } = await new CommandLine().run(...simulate, 'run');
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('dc3  skipped: it is shut off on dom0a');
    expect(stdout).toMatch(/^run [a-z0-9]{10}: 2 done, 1 skipped; [\d.]+ s; exit 0$/m);
  });

  it('a dry run counts and says that nothing was changed', async () => {
    const { exitCode, stdout } = await new CommandLine().run(
      ...simulate,
      'run',
      '--dry-run',
      'dc1',
    );
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/dom0b {2}done {2}would copy \d+ files, 6\.02 MiB, 2 deletions/);
    expect(stdout).toContain('dry run (nothing was changed)');
    expect(stdout).not.toContain('read-write)');
    expect(stdout).toMatch(/dom0b .*mount .*\(ext3, read-only\)/);
  });

  it('a plan opens, shows and closes', async () => {
    const { exitCode, stdout, stderr } = await new CommandLine().run(...simulate, 'plan', 'dc2');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/1 {2}\/ +xvda\/1\n +2 {2}\/home +xvdb\/1\n +3 {2}\/srv +xvdb\/2/);
  });

  it('on one of the hosts it acts on what that host runs', async () => {
    const files = { 's.yaml': `${threeHosts}\nrunOn: dom0b\n` };
    const { exitCode, stdout } = await new CommandLine({ files }).run(
      '--simulate',
      's.yaml',
      'run',
    );
    expect(exitCode).toBe(0);
    expect(stdout).toContain('3 skipped');
    const source = { 's.yaml': `${threeHosts}\nrunOn: dom0a\n` };
    const there = await new CommandLine({ files: source }).run(
      '--simulate',
      's.yaml',
      'run',
      'dc1',
    );
    expect(there.stdout).toContain('1 done');
  });

  it('--config takes the place of the configuration in a scenario', async () => {
    const files = {
      'mine.yaml':
        'hosts: { a: { address: dom0a }, b: { address: dom0b } }\nguests: { dc1: { hosts: [a, b] } }\n',
    };
    const words = ['--config', 'mine.yaml', ...simulate, 'plan', '--format', 'json'];
    const { stdout } = await new CommandLine({ files }).run(...words);
    expect(JSON.parse(stdout)).toMatchObject({ guests: [{ guest: 'dc1', source: { host: 'a' } }] });
  });

  it('recover finds nothing where nothing was left', async () => {
    const { exitCode, stdout } = await new CommandLine().run(...simulate, 'recover');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/recover [a-z0-9]{10}/);
  });

  it('the version and help', async () => {
    expect((await new CommandLine().run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await new CommandLine().run('help', 'run')).stdout).toContain('Usage: xen-backup run');
  });
});

describe('exit 1', () => {
  const files = {
    '/etc/xen-backup/config.yaml': 'hosts: { a: , b: }\nguests: { g: { hosts: [a, b] } }\n',
  };
  const connectReal = (): never => {
    throw new TypeError('x is not a function');
  };

  it('a defect of ours is one message with what to do', async () => {
    const { exitCode, stderr } = await new CommandLine({ files, connectReal }).run('run');
    expect(exitCode).toBe(1);
    expect(stderr).toBe(
      'xen-backup: x is not a function [internal]\n' +
        '  Please report it with the output of the same command under -v.\n',
    );
  });

  it('shows where it happened with -v', async () => {
    const { stderr } = await new CommandLine({ files, connectReal }).run('-v', 'run');
    expect(stderr).toMatch(/^ {2}TypeError: x is not a function\n +at .*connectReal/m);
  });
});

describe('exit 2: what was typed', () => {
  it.each([
    ['an unknown command', ['rnu'], "unknown command 'rnu' (Did you mean run?)"],
    ['an unknown option', ['run', '--form', 'x'], "unknown option '--form' (Did you mean --from?)"],
    [
      'an unknown guest',
      [...simulate, 'run', 'dc11'],
      'no guest dc11 is configured; did you mean "dc1"?',
    ],
    ['an unknown guest in a plan', [...simulate, 'plan', 'x'], 'no guest x is configured'],
    [
      'an unknown guest to check',
      [...simulate, 'check', 'dc4'],
      'no guest dc4 is configured; did you mean',
    ],
    [
      'an unknown target',
      [...simulate, 'run', 'dc1', '--target', 'dom0d'],
      'no host dom0d is configured; did you mean "dom0',
    ],
    [
      'a guest among targets',
      [...simulate, 'run', '--target', 'dom0b', 'dc1'],
      'name guests before --target',
    ],
    [
      'no number of jobs',
      [...simulate, 'run', '--jobs', '0'],
      "option '--jobs <n>' argument '0' is invalid. It is a whole number from 1 to 9999.",
    ],
    ['no format', ['plan', '--format', 'xml'], 'Allowed choices are text, json, mermaid.'],
    ['no facility', ['--syslog=local9', 'run'], 'It is one of user, mail'],
    ['quiet and verbose at once', ['-q', '-v', 'run'], '--quiet and --verbose exclude each other'],
    ['a world without a scenario', ['--world', 'x', 'run'], '--world keeps a simulated world'],
    [
      'a scenario that is not there',
      ['--simulate', 'none.yaml', 'run'],
      'none.yaml: there is no such file',
    ],
    ['too many words', ['recover', 'dc1'], 'too many arguments'],
    ['no configuration', ['run'], 'no configuration: /etc/xen-backup/config.yaml'],
  ])('%s', async (_, words, message) => {
    const { exitCode, stdout, stderr } = await new CommandLine().run(...words);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
  });

  it('no command at all: help, on stderr', async () => {
    const { exitCode, stdout, stderr } = await new CommandLine().run();
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('Usage: xen-backup');
  });

  it('a configuration with mistakes: each as file:line:col', async () => {
    const files = { 'c.yaml': 'hosts: { a: , b: }\nguests: { g: { host: [a] } }\nfoo: 1\n' };
    const { exitCode, stderr } = await new CommandLine({ files }).run('--config', 'c.yaml', 'run');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^c\.yaml:2:16: unknown key guests\.g\.host; did you mean .hosts.\?/m);
    expect(stderr).toMatch(/^c\.yaml:3:1: unknown key foo/m);
  });

  it('a 2009 file with a command in it: its line', async () => {
    const files = { 'old/dc1.conf': 'DOMU=dc1\nDOM0S="a b"\nrm -rf /\n' };
    const { exitCode, stderr } = await new CommandLine({ files }).run('--conf-dir', 'old', 'plan');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^old\/dc1\.conf:3:1: /);
  });

  it('a scenario with mistakes: each as file:line:col', async () => {
    const files = { 's.yaml': threeHosts.replace('bridges: [br1000', 'bridge: [br1000') };
    const { exitCode, stderr } = await new CommandLine({ files }).run(
      '--simulate',
      's.yaml',
      'run',
    );
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^s\.yaml:\d+:\d+: unknown key .*did you mean "bridges"\?$/m);
  });

  it('a fault that was never hit, after a run that went well', async () => {
    const fault = '{ command: no-such-tool, effect: { fail: { exitCode: 1 } } }';
    const files = { 's.yaml': withFaults(fault) };
    const { exitCode, stderr } = await new CommandLine({ files }).run(
      '--simulate',
      's.yaml',
      'run',
    );
    expect(exitCode).toBe(2);
    expect(stderr).toContain('never hit: faults[0] (no-such-tool)');
    expect(stderr).toContain('[fault-unused]');
  });
});

describe('exit 3', () => {
  it('every guest is busy', async () => {
    const fault =
      '{ command: "flock * /run/xen-backup/locks/guest-dc1.lock", effect: { fail: { exitCode: 75 } } }';
    const files = { 's.yaml': withFaults(fault) };
    const outcome = await new CommandLine({ files }).run('--simulate', 's.yaml', 'run', 'dc1');
    expect(outcome.exitCode).toBe(3);
    expect(outcome.stderr).toContain('warning: dc1: another run holds its lock on dom0a');
    expect(outcome.stdout).toMatch(/^dc1 {2}busy: another run holds its lock on dom0a/m);
  });
});

describe('exit 4', () => {
  it('a plan with a conflict of layouts', async () => {
    const files = { 's.yaml': twoHosts({ targetPartition: '60MiB' }) };
    const outcome = await new CommandLine({ files }).run('--simulate', 's.yaml', 'plan');
    expect(outcome.exitCode).toBe(4);
    expect(outcome.stdout).toContain('cannot be served: ');
    expect(outcome.stderr).toMatch(/^error: web on dom0b: .*60 MiB/m);
    expect(outcome.stderr).toContain('Make the same change on the standby');
  });
});

describe('exit 10', () => {
  it('a run onto a standby of another layout', async () => {
    const files = { 's.yaml': twoHosts({ targetPartition: '60MiB' }) };
    const outcome = await new CommandLine({ files }).run('--simulate', 's.yaml', 'run');
    expect(outcome.exitCode).toBe(10);
  });

  it('a snapshot that cannot be taken: the guest fails, with the tool’s own words', async () => {
    const stderr = '  VolGroupXX: metadata is read only';
    const fault = `{ step: create-snapshot, effect: { fail: { exitCode: 5, stderr: "${stderr}" } } }`;
    const files = { 's.yaml': withFaults(fault) };
    const outcome = await new CommandLine({ files }).run('--simulate', 's.yaml', 'run', 'dc1');
    expect(outcome.exitCode).toBe(10);
    expect(outcome.stderr).toContain('metadata is read only');
    expect(outcome.stdout).toMatch(/^dc1 {2}FAILED: /m);
  });

  it('one target does not answer: the other is served, the run has failed', async () => {
    const cut = '\nssh:\n  cut: [{ from: outside, to: dom0b }, { from: dom0a, to: dom0b }]\n';
    const files = { 's.yaml': `${threeHosts}${cut}` };
    const outcome = await new CommandLine({ files }).run('--simulate', 's.yaml', 'run', 'dc1');
    expect(outcome.exitCode).toBe(10);
    expect(outcome.stderr).toContain('error: dc1 on dom0b: no answer from 192.0.2.12');
    expect(outcome.stdout).toMatch(/dom0c {2}done/);
    expect(outcome.stdout).toMatch(/dom0b {2}refused/);
  });
});

describe('128 + N', () => {
  const after = /"type":"copy-started"/;

  it('a signal ends the run after everything was taken down', async () => {
    const line = new CommandLine({ signals: [{ after, signal: 'SIGINT' }] });
    const { exitCode, stdout, stderr } = await line.run(...simulate, 'run', 'dc1', '--json');
    expect(exitCode).toBe(130);
    expect(stderr).toContain('SIGINT: taking everything down in order');
    const last: unknown = JSON.parse(stdout.trim().split('\n').at(-1)!);
    expect(last).toMatchObject({ type: 'report', report: { exitCode: 130, residue: [] } });
  });

  it('a second signal hurries, and still nothing is left', async () => {
    const line = new CommandLine({
      signals: [
        { after, signal: 'SIGTERM' },
        { after: /"type":"undo-started"/, signal: 'SIGHUP' },
      ],
    });
    const { exitCode, stdout, stderr } = await line.run(...simulate, 'run', 'dc1', '--json');
    expect(exitCode).toBe(143);
    expect(stderr).toContain('SIGHUP again: hurrying');
    expect(stdout).toContain('"residue":[]');
  });

  it('kill -9 in a scenario: the program is gone at once', async () => {
    const files = { 's.yaml': withFaults('{ step: mount, when: after, effect: { die: true } }') };
    const line = new CommandLine({ files });
    const { exitCode, stdout, stderr } = await line.run('--simulate', 's.yaml', 'run', 'dc1');
    expect(exitCode).toBe(137);
    expect(stderr).toContain('killed here by SIGKILL, as the scenario says');
    // What still runs of it is a dead man's doing: not a word more.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(line.printed).toEqual({ stdout, stderr });
  });
});
