import { describe, expect, it } from 'vitest';
import { CommandLine, threeHosts } from './harness.js';

const simulate = ['--simulate', 'three-hosts.yaml'];
const escape = '\u001b';

/** One target that fails. */
const failing = {
  's.yaml': `${threeHosts}\nfaults: [{ host: dom0b, step: mount, effect: { fail: { exitCode: 32, stderr: "mount: odd \\e]0;x" } } }]\n`,
};

describe('a terminal', () => {
  const terminals = ['stdout', 'stderr'] as const;

  it('gets the whole story of simulated hosts, where no time passes', async () => {
    const { stdout } = await new CommandLine({ terminals }).run(...simulate, 'run', 'dc1');
    expect(stdout).not.toContain(`${escape}[?25l`);
    expect(stdout).toContain('mount order (teardown is its reverse)');
  });

  it('gets no colours with NO_COLOR', async () => {
    const line = new CommandLine({ terminals, environment: { NO_COLOR: '1' } });
    const { stdout } = await line.run(...simulate, 'run');
    expect(stdout).not.toContain(escape);
  });

  it('gets colours without NO_COLOR, and with an empty one', async () => {
    const line = new CommandLine({ terminals, environment: { NO_COLOR: '' } });
    const { stdout } = await line.run(...simulate, 'run', 'dc3');
    expect(stdout).toContain(`${escape}[33mskipped${escape}[39m`);
  });

  it('that is dumb gets no colours', async () => {
    const line = new CommandLine({ terminals, environment: { TERM: 'dumb' } });
    const { stdout } = await line.run(...simulate, 'run', 'dc1');
    expect(stdout).not.toContain(escape);
  });

  it('never gets an escape sequence of a tool', async () => {
    const line = new CommandLine({ files: failing, terminals });
    const { exitCode, stderr } = await line.run('--simulate', 's.yaml', 'run', 'dc1');
    expect(exitCode).toBe(10);
    expect(stderr).toContain('dc1 on dom0b: ');
    expect(stderr).not.toContain(`${escape}]0;`);
  });
});

describe('without a terminal', () => {
  it('nothing is an escape sequence', async () => {
    const { stdout, stderr } = await new CommandLine().run(...simulate, 'run');
    expect(stdout + stderr).not.toContain(escape);
  });

  it('the story shows tree, mount order, steps, copies, teardown and report, in this order', async () => {
    const { stdout } = await new CommandLine().run(...simulate, 'run', 'dc1');
    const marks = [
      '+ snapshot of VolGroupXX/LogVolDc1',
      '├─ VolGroup00/LogVol00',
      'mount order (teardown is its reverse)',
      'target is open',
      '> dry pass over /',
      '> copy of / (VolGroup00/LogVol00)',
      '> copy of /boot (xvda/1)',
      '- unmount xvda/1',
      '- unmount VolGroup00/LogVol00',
      '- remove snapshot VolGroupXX/',
      'dc1  ok, source dom0a',
    ];
    const places = marks.map((mark) => stdout.indexOf(mark));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual([...places].sort((left, right) => left - right));
  });

  it('-q says nothing when all is well', async () => {
    expect(await new CommandLine().run(...simulate, '-q', 'run')).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: '',
    });
  });

  it('-q check says nothing when all is well', async () => {
    const { stdout, stderr } = await new CommandLine().run(...simulate, '-q', 'check');
    expect(stdout + stderr).toBe('');
  });

  it('-q says problems, with what to do', async () => {
    const line = new CommandLine({ files: failing });
    const { stdout, stderr } = await line.run('--simulate', 's.yaml', '-q', 'run', 'dc1');
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^error: dc1 on dom0b: .*\n {2}\S/);
    expect(stderr.match(/^error: /gm)).toHaveLength(1);
  });

  it('-v tells what each step is made of', async () => {
    const { stdout } = await new CommandLine().run(...simulate, '-v', 'run', 'dc1');
    expect(stdout).toContain('options ro,nosuid,nodev,noexec');
    expect(stdout).toMatch(/sectors 0\+\d+: linear \/dev\/mapper/);
  });

  it('-v tells what a problem is made of: the command, and what it printed', async () => {
    const line = new CommandLine({ files: failing });
    const { stderr } = await line.run('--simulate', 's.yaml', '-v', 'run', 'dc1');
    expect(stderr).toMatch(/^ {2}argv: mount -t ext3 /m);
    expect(stderr).toMatch(/^ {2}stderr: mount: odd /m);
  });

  it('-vv tells every command on stderr', async () => {
    const { stderr } = await new CommandLine().run(...simulate, '-vv', 'plan', 'dc1');
    expect(stderr).toMatch(/^trace: dom0a: lvcreate .*--snapshot .* {2}\(exit 0, \d+ ms\)$/m);
  });

  it('a journal on stderr gets priorities', async () => {
    const line = new CommandLine({ files: failing, stderrIsJournal: true });
    const { stderr } = await line.run('--simulate', 's.yaml', 'run', 'dc1');
    expect(stderr).toMatch(/^<3>error: dc1 on dom0b: /);
    expect(
      stderr
        .trimEnd()
        .split('\n')
        .every((text) => text.startsWith('<3>')),
    ).toBe(true);
    expect((await line.run('run')).stderr).toMatch(/^<3>xen-backup: no configuration/);
  });

  it('--log-format json logs on stderr and leaves the report on stdout', async () => {
    const line = new CommandLine({ files: failing });
    const words = ['--simulate', 's.yaml', '--log-format', 'json', 'run', 'dc1'];
    const { stdout, stderr } = await line.run(...words);
    const records = stderr
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text) as { level: string; event: string });
    expect(records[0]).toMatchObject({ level: 'info', event: 'run-started' });
    expect(records.filter(({ level }) => level === 'error')).toHaveLength(1);
    expect(stdout).toMatch(/^\ndc1 {2}FAILED: target dom0b/);
  });
});

describe('plan', () => {
  it('as JSON is one document, with all commands when asked for', async () => {
    const words = ['plan', 'dc1', '--format', 'json', '--commands'];
    const { stdout } = await new CommandLine().run(...simulate, ...words);
    const document: unknown = JSON.parse(stdout);
    expect(document).toMatchObject({
      v: 1,
      exitCode: 0,
      guests: [{ guest: 'dc1', mounts: { order: [{ guestPath: '/' }, { guestPath: '/boot' }] } }],
      commands: expect.arrayContaining([
        expect.objectContaining({ host: 'dom0a', argv: expect.arrayContaining(['lvcreate']) }),
      ]),
    });
  });

  it('as Mermaid is a chart with its transfers', async () => {
    const { stdout } = await new CommandLine().run(
      ...simulate,
      'plan',
      'dc1',
      '--format',
      'mermaid',
    );
    expect(stdout).toMatch(/^flowchart LR\n/);
    expect(stdout.match(/==>\|copy \d\|/g)).toHaveLength(4);
  });

  it('with --commands changes nothing on targets', async () => {
    const { stdout } = await new CommandLine().run(...simulate, 'plan', 'dc1', '--commands');
    const target = stdout.slice(stdout.indexOf('# on dom0b'));
    expect(target).toContain(' xen-backup-create-map ');
    expect(target).not.toMatch(/ xen-backup-create-map (?!.*--readonly)/);
    expect(target).not.toMatch(/mount -t ext3 -o rw/);
    expect(target).not.toContain('rsync');
  });
});
