import { describe, expect, it } from 'vitest';
import { registerConfigCommands } from './config.js';
import { CommandHarness, type HarnessInit } from './harness.contract.js';

const run = (init: HarnessInit, ...words: string[]) =>
  new CommandHarness(init).run(registerConfigCommands, 'config', ...words);

const valid = 'hosts: { dom0a: , dom0b: }\nguests: { dc1: { hosts: [dom0a, dom0b] } }\n';
const etc = '/etc/xen-backup/config.yaml';

describe('config check', () => {
  it('says what the configuration holds', async () => {
    expect(await run({ files: { [etc]: valid } }, 'check')).toEqual({
      exitCode: 0,
      stdout: `OK  2 hosts, 1 guest, from 1 file:\n    ${etc}\n`,
      stderr: '',
    });
  });

  it('prints each problem at the beginning of its line, and exits with 2', async () => {
    const files = { '/work/a.yaml': `${valid}gusts: {}\nstateDir: relative\n` };
    const outcome = await run({ files, request: { file: 'a.yaml' } }, 'check');
    expect(outcome.exitCode).toBe(2);
    expect(outcome.stdout).toBe('');
    expect(outcome.stderr.split('\n')).toEqual([
      'a.yaml:3:1: unknown key gusts; did you mean "guests"?',
      'a.yaml:4:11: stateDir: expected an absolute path',
      '  Correct the line named, then run xen-backup config check.',
      '',
    ]);
  });

  it('exits with 2 where there is no configuration, and says how to make one', async () => {
    const outcome = await run({}, 'check');
    expect(outcome.exitCode).toBe(2);
    expect(outcome.stderr).toContain(`xen-backup: no configuration: ${etc}`);
    expect(outcome.stderr).toContain('xen-backup config init');
  });

  it('refuses a 2009 file with a command in it, naming its line', async () => {
    const files = { '/work/old/dc1.conf': 'DOMU=dc1\nDOM0S="a b"\nreboot\n' };
    const outcome = await run({ files, request: { confDirectory: 'old' } }, 'check');
    expect(outcome.exitCode).toBe(2);
    expect(outcome.stderr).toMatch(/^old\/dc1\.conf:3:1: expected DOMU= or DOM0S=/);
  });
});

describe('config show', () => {
  it('prints YAML that says every default', async () => {
    const { exitCode, stdout } = await run({ files: { [etc]: valid } }, 'show');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('snapshotSize: 20%');
    expect(stdout).toContain('libvirtUri: xen:///system');
    const again = await run({ files: { [etc]: stdout } }, 'show');
    expect(again.stdout).toBe(stdout);
  });
});

describe('config schema', () => {
  it('prints the JSON schema without reading anything', async () => {
    const { exitCode, stdout } = await run({}, 'schema');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ title: 'xen-backup configuration' });
  });
});

describe('config init', () => {
  it('writes a starter file that is valid, to where it is looked for', async () => {
    const harness = new CommandHarness({ files: { '/etc/xen-backup/.keep': '' } });
    const outcome = await harness.run(registerConfigCommands, 'config', 'init');
    expect(outcome).toEqual({ exitCode: 0, stdout: `wrote ${etc}\n`, stderr: '' });
    const check = await harness.run(registerConfigCommands, 'config', 'check');
    expect(check.stdout).toContain('0 hosts, 0 guests');
  });

  it('prints it for -', async () => {
    const { stdout } = await run({}, 'init', '-o', '-');
    expect(stdout).toContain('#  dc1: { hosts: [dom0a, dom0b] }');
  });

  it('never overwrites', async () => {
    const harness = new CommandHarness({ files: { [etc]: valid } });
    const outcome = await harness.run(registerConfigCommands, 'config', 'init');
    expect(outcome.exitCode).toBe(2);
    expect(harness.volume.readFileSync(etc, 'utf8')).toBe(valid);
  });
});

describe('config import', () => {
  const files = { '/work/old/dc1.conf': 'DOMU=dc1\nDOM0S="dom0a dom0b"\n' };

  it('prints YAML that means the same', async () => {
    const { exitCode, stdout } = await run({ files }, 'import', 'old');
    expect(exitCode).toBe(0);
    const direct = await run({ files, request: { confDirectory: 'old' } }, 'show');
    const imported = await run({ files: { [etc]: stdout } }, 'show');
    const settings = (text: string) => text.replace(/^#.*\n/gm, '');
    expect(settings(imported.stdout)).toBe(settings(direct.stdout));
  });

  it('writes a new file, and never over an old one', async () => {
    const harness = new CommandHarness({ files });
    const words = ['config', 'import', 'old', '--output', '/work/new.yaml'];
    expect((await harness.run(registerConfigCommands, ...words)).exitCode).toBe(0);
    expect(harness.volume.readFileSync('/work/new.yaml', 'utf8')).toContain('dom0b: {}');
    expect((await harness.run(registerConfigCommands, ...words)).exitCode).toBe(2);
  });

  it.each([
    ['absent', 2, 'no configuration: absent: there is no *.conf in it'],
    ['bad', 2, 'bad/x.conf:1:6: "$" is shell syntax'],
  ])('of %s exits with %d', async (directory, exitCode, message) => {
    const outcome = await run({ files: { '/work/bad/x.conf': 'DOMU=$x\n' } }, 'import', directory);
    expect(outcome.exitCode).toBe(exitCode);
    expect(outcome.stderr).toContain(message);
    expect(outcome.stdout).toBe('');
  });
});
