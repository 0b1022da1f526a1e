import { describe, expect, it } from 'vitest';
import { XenBackupError } from '../../core/errors/index.js';
import type { CommandRunner } from '../../ports/index.js';
import { ReplayRunner } from '../shared/replay.contract.js';
import { createHypervisor } from './adapter.js';

const uri = 'xen:///system';

function over(runner: CommandRunner) {
  return createHypervisor({ runner, hostName: 'dom0a', libvirtUri: uri });
}

function answering(
  pattern: RegExp,
  answer: { exitCode?: number; stdout?: string; stderr?: string },
) {
  const runner = new ReplayRunner().on(pattern, answer);
  return { runner, hypervisor: over(runner) };
}

const list = ' Id   Name   State\n--------------------\n 1    web    running\n\n';
const xml = "<domain type='xen'><name>web</name></domain>\n\n";
const notFound = { exitCode: 1, stdout: '\n', stderr: "error: failed to get domain 'web'\n" };

describe('virsh', () => {
  it('is asked exactly so', async () => {
    const runner = new ReplayRunner()
      .on(/ list /, { stdout: list })
      .on(/ domstate /, { stdout: 'running\n\n' })
      .on(/ dumpxml /, { stdout: xml })
      .on(/ dominfo /, { stdout: 'Autostart:      enable\n\n' });
    const hypervisor = over(runner);
    expect(await hypervisor.listDomains()).toEqual([{ name: 'web', state: 'running' }]);
    expect(await hypervisor.domainState('web')).toBe('running');
    expect(await hypervisor.readDefinition('web')).toMatchObject({ name: 'web', xml });
    expect(await hypervisor.isAutostarted('web')).toBe(true);
    expect(runner.commands.map(({ argv }) => argv)).toEqual([
      ['virsh', '-c', uri, 'list', '--all'],
      ['virsh', '-c', uri, 'domstate', 'web'],
      ['virsh', '-c', uri, 'dumpxml', 'web'],
      ['virsh', '-c', uri, 'dominfo', 'web'],
    ]);
  });

  it('gets a name that begins with a hyphen after --, and any other as one argument', async () => {
    const runner = new ReplayRunner().on(/domstate/, { stdout: 'paused\n' }, 2);
    const hypervisor = over(runner);
    await hypervisor.domainState('-rf');
    await hypervisor.domainState('a  b; $(id) \'"');
    expect(runner.commands.map(({ argv }) => argv.slice(3))).toEqual([
      ['domstate', '--', '-rf'],
      ['domstate', 'a  b; $(id) \'"'],
    ]);
  });

  it.each(['7', '+7', ' 07', 'a00964fc-5fbe-4949-9121-d8bc9dab6666'])(
    'never gets %j, which it would not take for a name',
    async (name) => {
      const runner = new ReplayRunner();
      await expect(over(runner).domainState(name)).rejects.toMatchObject({ code: 'usage-invalid' });
      expect(runner.commands).toEqual([]);
    },
  );

  it.each(['', 'a\0b'])('never gets %j', async (name) => {
    await expect(over(new ReplayRunner()).domainState(name)).rejects.toMatchObject({
      code: 'internal',
    });
  });

  it('that does not know a domain says so', async () => {
    const { hypervisor } = answering(/domstate/, notFound);
    expect(await hypervisor.domainState('web')).toBeUndefined();
    const { hypervisor: second } = answering(/dumpxml/, notFound);
    expect(await second.readDefinition('web')).toBeUndefined();
    const { hypervisor: third } = answering(/dominfo/, notFound);
    await expect(third.isAutostarted('web')).rejects.toMatchObject({ code: 'domain-not-found' });
  });

  it.each([
    'error: failed to connect to the hypervisor\nerror: no connection driver available for x\n',
    "error: Disconnected from xen:///system due to end of file\nerror: failed to get domain 'web'\n",
    "error: failed to get domain 'web'\nerror: End of file while reading data: Input/output error\n",
    "error: failed to get domain 'web'\nerror: Cannot recv data: Connection reset by peer\n",
  ])('that cannot be reached is never "no such domain": %j', async (stderr) => {
    for (const method of ['domainState', 'readDefinition', 'isAutostarted'] as const) {
      const { hypervisor } = answering(/./, { exitCode: 1, stdout: '\n', stderr });
      await expect(hypervisor[method]('web')).rejects.toMatchObject({
        code: 'hypervisor-unreachable',
      });
    }
    const { hypervisor } = answering(/list/, { exitCode: 1, stderr });
    await expect(hypervisor.listDomains()).rejects.toMatchObject({
      code: 'hypervisor-unreachable',
    });
  });

  it.each([
    '',
    "error: failed to get domain 'web'\nerror: authentication failed\n",
    "error: Failed to suspend domain 'web'\nerror: Requested operation is not valid: domain is not running\n",
  ])('that fails otherwise is quoted: %j', async (stderr) => {
    const { hypervisor } = answering(/domstate/, { exitCode: 1, stderr });
    await expect(hypervisor.domainState('web')).rejects.toMatchObject({
      code: 'command-failed',
      details: { host: 'dom0a', exitCode: 1 },
    });
  });

  it('that garbles names which are not ASCII is asked for the names themselves', async () => {
    const garbled = ' Id   Name                   State\n---\n'.concat(
      ' 1    web                    running\n',
      ' 2    \\xff\\xff               paused\n',
      ' -    a\\x5cx41b               shut off\n\n',
    );
    const runner = new ReplayRunner()
      .on(/list --all$/, { stdout: garbled })
      .on(/list --all --name$/, { stdout: 'Domain-0\nweb\né\na\\x41b\ngone\n\n' })
      .on(/domstate é$/, { stdout: 'paused\n\n' })
      .on(/domstate a\\x41b$/, { stdout: 'shut off\n\n' })
      .on(/domstate gone$/, { exitCode: 1, stderr: "error: failed to get domain 'gone'\n" });
    expect(await over(runner).listDomains()).toEqual([
      { name: 'web', state: 'running' },
      { name: 'é', state: 'paused' },
      { name: 'a\\x41b', state: 'shut off' },
    ]);
  });

  it('that answers with another domain is not believed', async () => {
    const { hypervisor } = answering(/dumpxml/, { stdout: xml.replace('web', 'db') });
    await expect(hypervisor.readDefinition('web')).rejects.toMatchObject({
      code: 'output-unexpected',
    });
  });

  it('that prints a definition without end is stopped', async () => {
    const runner: CommandRunner = {
      run: async ({ maxOutputBytes }) => {
        throw new XenBackupError('command-output-too-large', {
          message: `more than ${String(maxOutputBytes)}`,
        });
      },
      start: async () => {
        throw new Error('not used');
      },
    };
    await expect(over(runner).readDefinition('web')).rejects.toMatchObject({
      code: 'domain-xml-invalid',
      message: expect.stringContaining('larger than 4194304 bytes'),
    });
    await expect(over(runner).domainState('web')).rejects.toMatchObject({
      code: 'command-output-too-large',
    });
  });
});
