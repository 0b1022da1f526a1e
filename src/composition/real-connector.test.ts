import { describe, expect, it } from 'vitest';
import { type Configuration, type HostConfiguration, XenBackupError } from '../core/index.js';
import type { CommandRunner } from '../ports/index.js';
import { RealConnector } from './real-connector.js';
import type { ThisMachine } from './this-machine.js';

const ourBootId = '11111111-1111-4111-8111-111111111111';
const otherBootId = '22222222-2222-4222-8222-222222222222';

const machine: ThisMachine = {
  nodeName: 'operator',
  userId: 0,
  bootId: () => ourBootId,
  ownAddresses: () => ['192.0.2.1'],
  resolve: async (name) => [name],
};

function host(name: string, part: Partial<HostConfiguration> = {}): HostConfiguration {
  const address = part.address ?? '192.0.2.99';
  return { name, connection: 'auto', sudo: false, ...part, address, replication: { address } };
}

function configurationOf(...hosts: HostConfiguration[]): Configuration {
  return { libvirtUri: 'xen:///system', stateDirectory: '/var/lib/x', hosts, guests: [] };
}

/** Remote machines by host name: what their boot id is, or that they do not answer. */
function remotes(bootIds: Readonly<Record<string, string>>) {
  const opened: string[] = [];
  const closed: string[] = [];
  return {
    opened,
    closed,
    connectRemote: async ({ name }: HostConfiguration) => {
      opened.push(name);
      const bootId = bootIds[name];
      if (bootId === undefined) {
        throw new XenBackupError('host-unreachable', { message: `${name} does not answer` });
      }
      const runner: CommandRunner = {
        run: async ({ argv }) => ({
          argv,
          exitCode: 0,
          stdout: `${bootId}\n${name}\n`,
          stderr: '',
          durationMs: 1,
        }),
        start: () => Promise.reject(new Error('not needed here')),
      };
      return {
        runner,
        close: async () => {
          closed.push(name);
        },
      };
    },
  };
}

describe('the acting host', () => {
  it('is known by its address alone: nobody is contacted', async () => {
    const { opened, connectRemote } = remotes({});
    const configuration = configurationOf(host('b'), host('a', { address: '192.0.2.1' }));
    const connector = new RealConnector(configuration, {}, { machine, connectRemote });
    expect(await connector.actingHost()).toBe('a');
    expect(opened).toEqual([]);
  });

  it('is found by its boot id where addresses do not decide', async () => {
    const { connectRemote } = remotes({ a: otherBootId, b: ourBootId });
    const configuration = configurationOf(host('a'), host('b', { port: 2222 }), host('gone'));
    const connector = new RealConnector(configuration, {}, { machine, connectRemote });
    expect(await connector.actingHost()).toBe('b');
  });

  it('is none on a third machine', async () => {
    const { connectRemote } = remotes({ a: otherBootId });
    const connector = new RealConnector(configurationOf(host('a')), {}, { machine, connectRemote });
    expect(await connector.actingHost()).toBeUndefined();
  });

  it('is never one with connection ssh, even with our boot id', async () => {
    const { opened, connectRemote } = remotes({ a: ourBootId });
    const configuration = configurationOf(host('a', { connection: 'ssh' }));
    const connector = new RealConnector(configuration, {}, { machine, connectRemote });
    expect(await connector.actingHost()).toBeUndefined();
    expect(opened).toEqual([]);
  });
});

describe('connecting', () => {
  it('uses one connection for the question who it is and for the work', async () => {
    const { opened, connectRemote } = remotes({ a: otherBootId });
    const connector = new RealConnector(configurationOf(host('a')), {}, { machine, connectRemote });
    await connector.actingHost();
    expect((await (await connector.connect('a')).identity.read()).bootId).toBe(otherBootId);
    expect(opened).toEqual(['a']);
  });

  it('goes local after all when the boot id read over SSH is ours', async () => {
    const { closed, connectRemote } = remotes({ a: ourBootId });
    const connector = new RealConnector(configurationOf(host('a')), {}, { machine, connectRemote });
    const connected = await connector.connect('a');
    expect(closed).toEqual(['a']);
    const { stdout } = await connected.runner.run({ argv: ['printf', 'here'] });
    expect(stdout).toBe('here');
  });

  it('says that root is needed on this machine', async () => {
    const { connectRemote } = remotes({});
    const user = { ...machine, userId: 1000 };
    const configuration = configurationOf(host('a', { connection: 'local' }));
    const connector = new RealConnector(configuration, {}, { machine: user, connectRemote });
    await expect(connector.connect('a')).rejects.toMatchObject({
      code: 'privilege-missing',
      message: expect.stringContaining('user 1000'),
      remedy: expect.stringContaining('sudo: true'),
    });
  });

  it('refuses a name that is not configured', async () => {
    const connector = new RealConnector(configurationOf(host('a')), {}, { machine });
    await expect(connector.connect('b')).rejects.toMatchObject({ code: 'usage-invalid' });
  });

  it('passes on what made a host unreachable, and asks it once', async () => {
    const { opened, connectRemote } = remotes({});
    const connector = new RealConnector(
      configurationOf(host('gone')),
      {},
      { machine, connectRemote },
    );
    await connector.actingHost();
    await expect(connector.connect('gone')).rejects.toMatchObject({ code: 'host-unreachable' });
    expect(opened).toEqual(['gone']);
  });
});

describe('the end', () => {
  it('closes connections that were opened only to ask who the host is', async () => {
    const { closed, connectRemote } = remotes({ a: otherBootId, b: otherBootId });
    const configuration = configurationOf(host('a'), host('b'));
    const connector = new RealConnector(configuration, {}, { machine, connectRemote });
    await connector.actingHost();
    await (await connector.connect('a')).close();
    expect(closed).toEqual(['a']);
    await connector.close();
    expect(closed).toEqual(['a', 'b']);
  });
});
