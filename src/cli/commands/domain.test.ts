import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseDomainDefinition } from '../../adapters/virsh/index.js';
import { type DomainState, XenBackupError } from '../../core/index.js';
import type { Hypervisor } from '../../ports/index.js';
import { exitCodeOf } from '../exit-codes.js';
import { registerDomainCommand } from './domain.js';
import { answer, parseQuestion } from './domain-question.js';
import { type DomainContext, readLiveDefinition } from './domain-source.js';
import { CommandHarness } from './harness.contract.js';

const article = readFileSync(
  new URL('../../../fixtures/article/dc1-virsh.xml', import.meta.url),
  'utf8',
);

const run = (...words: string[]) =>
  new CommandHarness({
    files: { '/work/dc1.xml': article, '/work/bad.xml': '<!DOCTYPE a><a/>' },
  }).run(registerDomainCommand, 'domain', ...words);

describe('domain --file', () => {
  it.each([
    ['disks', 'xvda\t/dev/VolGroupXX/LogVolDc1\n'],
    ['interfaces', 'br4000\t00:16:3e:1d:89:01\nbr2002\t00:16:3e:1d:92:01\n'],
    ['/domain/devices/disk/source/@dev', '/dev/VolGroupXX/LogVolDc1\n'],
    ['/domain/devices/interface/source/@bridge', 'br4000\nbr2002\n'],
    ['/domain/devices/interface[2]/source/@bridge', 'br2002\n'],
    ['/domain/memory', '262144\n'],
    ['/domain/devices/interface[3]/source/@bridge', ''],
    [
      '/domain/devices/disk',
      '<disk type="block" device="disk">\n<driver name="phy"/>\n<source dev="/dev/VolGroupXX/LogVolDc1"/>\n<target dev="xvda"/>\n</disk>\n',
    ],
  ])('prints %s', async (what, stdout) => {
    expect(await run('--file', 'dc1.xml', '--get', what)).toEqual({
      exitCode: 0,
      stdout,
      stderr: '',
    });
  });

  it('prints JSON', async () => {
    const json = async (what: string): Promise<unknown> =>
      JSON.parse((await run('--file', 'dc1.xml', '--get', what, '--json')).stdout);
    expect(await json('disks')).toEqual([
      {
        target: 'xvda',
        device: 'disk',
        source: { kind: 'block', path: '/dev/VolGroupXX/LogVolDc1' },
        driverName: 'phy',
        readOnly: false,
        shareable: false,
      },
    ]);
    expect(await json('/domain/devices/interface/source/@bridge')).toEqual(['br4000', 'br2002']);
    expect(await json('/domain/nothing')).toEqual([]);
  });

  it.each([
    [['--file', 'dc1.xml', '--get', '//disk'], 2, 'Supported of XPath: child steps'],
    [['--file', 'absent.xml', '--get', 'disks'], 2, 'there is no such file'],
    [['--get', 'disks'], 2, 'name a guest'],
    [['dc1', '--file', 'dc1.xml', '--get', 'disks'], 2, 'name a guest'],
    [['--file', 'bad.xml', '--get', 'disks'], 10, 'a document type or entity declaration'],
    // commander's own exit code, which the program turns into 2.
    [['dc1'], 1, "required option '-g, --get <what>'"],
  ])('%j exits with %d', async (words, exitCode, message) => {
    const outcome = await run(...words);
    expect(outcome.stderr).toContain(message);
    expect(outcome.exitCode).toBe(exitCode);
    expect(outcome.stdout).toBe('');
  });
});

describe('what domain prints', () => {
  const hostile = parseDomainDefinition(
    `<domain type='xen'><name>a</name><title>x\u009by&#10;z</title><devices><disk type='block'><source dev='/dev/a&#9;&#10;\u009b2Jb'/><target dev='xvda'/></disk></devices></domain>`,
  );
  const ask = (what: string, format: 'text' | 'json') =>
    answer(parseQuestion(what), hostile, format);

  it('is one line for each disk, whatever the definition holds', () => {
    expect(ask('disks', 'text')).toBe('xvda\t/dev/a\\x09\\x0a\\x9b2Jb\n');
    expect(ask('/domain/title', 'text')).toBe('x\\x9by\\x0az\n');
  });

  it('never moves a terminal’s cursor', () => {
    for (const what of ['disks', '/domain/title', '/domain/devices', '/domain']) {
      for (const format of ['text', 'json'] as const) {
        expect(ask(what, format)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
      }
    }
  });

  it('is exact in JSON', () => {
    expect(JSON.parse(ask('/domain/title', 'json'))).toEqual(['x\u009by\nz']);
  });
});

type Answer = DomainState | XenBackupError | undefined;

/** Hosts that know a guest `web` in the state given, do not know it, or fail. */
function hosts(answers: Readonly<Record<string, Answer>>, guests: readonly string[] = []) {
  const asked: string[] = [];
  const events: string[] = [];
  const hypervisor = (name: string, state: Answer): Hypervisor => {
    const unused = () => Promise.reject(new Error('not asked for'));
    return {
      listDomains: unused,
      isAutostarted: unused,
      domainState: async () => {
        asked.push(name);
        if (state instanceof XenBackupError) throw state;
        return state;
      },
      readDefinition: async () =>
        parseDomainDefinition(`<domain type='xen'><name>web</name><title>${name}</title></domain>`),
    };
  };
  const context: DomainContext = {
    configurationRequest: () => ({}),
    readConfiguration: async () => {
      if (Object.keys(answers).includes('localhost')) {
        throw new XenBackupError('configuration-missing', { message: 'none' });
      }
      const settings = {
        snapshotSize: { kind: 'bytes', bytes: 1 },
        snapshotMaxSize: { kind: 'bytes', bytes: 1 },
        thinPoolLimitPercent: 90,
        withoutSnapshot: [],
        exclude: [],
        consistency: 'none',
        pauseLimitMs: 30_000,
      } as const;
      const rest = {
        maxDeletes: { sharePercent: 1, count: 1 },
        bandwidthLimitKiBPerSecond: 0,
        ioClass: 'idle',
        stallTimeoutMs: 600_000,
        maxDurationMs: 0,
      } as const;
      return {
        configuration: {
          libvirtUri: 'xen:///system',
          stateDirectory: '/var/lib/xen-backup',
          hosts: Object.keys(answers).map((name) => ({
            name,
            connection: 'auto',
            address: name,
            sudo: false,
            replication: { address: name },
          })),
          guests: guests.length === 0 ? [] : [{ name: 'web', hosts: guests, ...settings, ...rest }],
        },
      };
    },
    openConnector: async (configuration) => ({
      connect: async (name) => {
        expect(configuration.hosts.map((host) => host.name)).toContain(name);
        return { name, hypervisor: hypervisor(name, answers[name]) };
      },
      close: async () => {
        events.push('closed');
      },
    }),
  };
  const read = async (host?: string) => {
    const definition = await readLiveDefinition(context, 'web', host);
    return /<title>(.*)<\/title>/.exec(definition.xml)?.[1];
  };
  return { read, asked, events };
}

const unreachable = new XenBackupError('host-unreachable', { message: 'gone' });

describe('domain GUEST', () => {
  it('asks the hosts of the guest, and takes the definition of the one that runs it', async () => {
    const { read, asked, events } = hosts({ a: 'shut off', b: 'running', c: 'running' }, [
      'a',
      'b',
    ]);
    expect(await read()).toBe('b');
    expect(asked.sort()).toEqual(['a', 'b']);
    expect(events).toEqual(['closed']);
  });

  it('asks all hosts for a guest that is not configured', async () => {
    expect(await hosts({ a: undefined, b: 'paused' }).read()).toBe('b');
  });

  it('takes the first host that knows it where it is active nowhere', async () => {
    expect(await hosts({ a: undefined, b: 'shut off', c: 'crashed' }).read()).toBe('b');
  });

  it('asks one host alone when told so', async () => {
    const { read, asked } = hosts({ a: 'shut off', b: 'running' });
    expect(await read('a')).toBe('a');
    expect(asked).toEqual(['a']);
    await expect(read('x')).rejects.toMatchObject({ code: 'usage-invalid' });
  });

  it('needs no configuration on the guest’s own host', async () => {
    expect(await hosts({ localhost: 'running' }).read()).toBe('localhost');
  });

  it('exits with 10 for a guest nobody knows', async () => {
    const { read, events } = hosts({ a: undefined, b: undefined });
    const error: unknown = await read().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'domain-not-found', message: 'no domain web on a, b' });
    expect(exitCodeOf(error)).toBe(10);
    expect(events).toEqual(['closed']);
  });

  it('does not take a host that cannot be asked for one that does not run it', async () => {
    await expect(hosts({ a: unreachable, b: 'shut off' }).read()).rejects.toBe(unreachable);
    await expect(hosts({ a: unreachable, b: undefined }).read()).rejects.toBe(unreachable);
    expect(await hosts({ a: unreachable, b: 'running' }).read()).toBe('b');
  });

  it('does not choose between two hosts that run it', async () => {
    await expect(hosts({ a: 'running', b: 'in shutdown' }).read()).rejects.toMatchObject({
      code: 'guest-on-two-hosts',
      message: 'web is active on a and b',
    });
  });
});
