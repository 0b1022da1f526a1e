import { describe, expect, it } from 'vitest';
import { loadConfiguration } from './load.js';
import { load, problemsOf } from './load-harness.contract.js';
import { nodeConfigurationSource } from './source.js';

const etc = '/etc/xen-backup/config.yaml';
const two = 'hosts: { dom0a: , dom0b: }\n';

describe('the configuration', () => {
  it('of the contract is understood', async () => {
    const text = `
libvirtUri: xen:///system
stateDir: /var/lib/xen-backup
hosts:
  dom0a: { connection: auto }
  dom0b:
    address: 192.0.2.11
    port: 22
    user: root
    identityFile: ~/.ssh/id_ed25519
    knownHostsFile: ~/.ssh/known_hosts
    replication:
      address: 10.0.0.11
  dom0c:
defaults:
  snapshotSize: 20%
  snapshotMaxSize: 40G
  exclude: [/tmp/*]
  consistency: none
  maxDeletes: { share: 30%, count: 100000 }
  bandwidthLimit: 0
  ioClass: idle
  stallTimeout: 5m
  maxDuration: 0
guests:
  dc1: { hosts: [dom0a, dom0b, dom0c] }
`;
    const { configuration, files } = await load({ [etc]: text });
    expect(files).toEqual([etc]);
    expect(configuration).toEqual({
      libvirtUri: 'xen:///system',
      stateDirectory: '/var/lib/xen-backup',
      hosts: [
        {
          name: 'dom0a',
          connection: 'auto',
          address: 'dom0a',
          sudo: false,
          replication: { address: 'dom0a' },
        },
        {
          name: 'dom0b',
          connection: 'auto',
          address: '192.0.2.11',
          port: 22,
          user: 'root',
          identityFile: '/home/operator/.ssh/id_ed25519',
          knownHostsFile: '/home/operator/.ssh/known_hosts',
          sudo: false,
          replication: {
            address: '10.0.0.11',
            port: 22,
            user: 'root',
            // Used on the source host: its OpenSSH expands the tilde.
            identityFile: '~/.ssh/id_ed25519',
            knownHostsFile: '~/.ssh/known_hosts',
          },
        },
        {
          name: 'dom0c',
          connection: 'auto',
          address: 'dom0c',
          sudo: false,
          replication: { address: 'dom0c' },
        },
      ],
      guests: [
        {
          name: 'dc1',
          hosts: ['dom0a', 'dom0b', 'dom0c'],
          snapshotSize: { kind: 'percent-of-origin', percent: 20 },
          snapshotMaxSize: { kind: 'bytes', bytes: 40 * 2 ** 30 },
          thinPoolLimitPercent: 90,
          withoutSnapshot: [],
          exclude: ['/tmp/*'],
          mode: 'files',
          consistency: 'none',
          pauseLimitMs: 30_000,
          maxDeletes: { sharePercent: 30, count: 100_000 },
          bandwidthLimitKiBPerSecond: 0,
          ioClass: 'idle',
          stallTimeoutMs: 300_000,
          maxDurationMs: 0,
        },
      ],
    });
  });

  it('lays a guest over the defaults over what is built in', async () => {
    const text = `${two}
defaults: { snapshotSize: 10G, exclude: [/tmp/*, /proc/*], maxDeletes: { count: 5 } }
guests:
  a: { hosts: [dom0a, dom0b] }
  b: { hosts: [dom0a, dom0b], exclude: [/srv/*], maxDeletes: { share: 1% }, maxDuration: 2h }
`;
    const { configuration } = await load({ [etc]: text });
    expect(configuration.guests).toMatchObject([
      {
        snapshotSize: { kind: 'bytes', bytes: 10 * 2 ** 30 },
        exclude: ['/tmp/*', '/proc/*'],
        maxDeletes: { sharePercent: 30, count: 5 },
        snapshotMaxSize: { kind: 'percent-of-origin', percent: 100 },
        thinPoolLimitPercent: 90,
        withoutSnapshot: [],
        stallTimeoutMs: 600_000,
        maxDurationMs: 0,
      },
      {
        snapshotSize: { kind: 'bytes', bytes: 10 * 2 ** 30 },
        exclude: ['/srv/*'],
        maxDeletes: { sharePercent: 1, count: 5 },
        maxDurationMs: 7_200_000,
      },
    ]);
  });

  it('gathers hosts, guests and defaults from conf.d, in the order of names', async () => {
    const { configuration, files } = await load({
      [etc]: `${two}defaults: { snapshotSize: 5G }\nguests:\n`,
      '/etc/xen-backup/conf.d/20-b.yaml':
        'guests: { b: { hosts: [dom0a, dom0c] } }\nhosts: { dom0c: }\n',
      '/etc/xen-backup/conf.d/10-a.yaml':
        'guests: { a: { hosts: [dom0a, dom0b] } }\ndefaults: { ioClass: none }\n',
      '/etc/xen-backup/conf.d/.#10-a.yaml': '{{{',
      '/etc/xen-backup/conf.d/README': '{{{',
    });
    expect(files.slice(1)).toEqual([
      '/etc/xen-backup/conf.d/10-a.yaml',
      '/etc/xen-backup/conf.d/20-b.yaml',
    ]);
    expect(configuration.hosts.map(({ name }) => name)).toEqual(['dom0a', 'dom0b', 'dom0c']);
    expect(
      configuration.guests.map(({ name, ioClass, snapshotSize }) => [name, ioClass, snapshotSize]),
    ).toEqual([
      ['a', 'none', { kind: 'bytes', bytes: 5 * 2 ** 30 }],
      ['b', 'none', { kind: 'bytes', bytes: 5 * 2 ** 30 }],
    ]);
  });

  it('may consist of conf.d alone', async () => {
    const { configuration } = await load({ '/etc/xen-backup/conf.d/a.yaml': two });
    expect(configuration.hosts).toHaveLength(2);
  });

  it('named with --config takes the conf.d beside that file and nothing from /etc', async () => {
    const { configuration, files } = await load(
      {
        [etc]: '{{{',
        '/work/my.yaml': two,
        '/work/conf.d/g.yaml': 'guests: { g: { hosts: [dom0a, dom0b] } }',
      },
      { file: 'my.yaml' },
    );
    expect(files).toEqual(['my.yaml', 'conf.d/g.yaml']);
    expect(configuration.guests).toHaveLength(1);
  });

  it.each([
    ['a guest', 'guests: { dc1: { hosts: [dom0a, dom0b] } }', '"dc1"', '3:11', '1:11'],
    ['a host', 'hosts: { dom0b: }', '"dom0b"', '1:19', '1:10'],
    ['a default', 'defaults: { ioClass: none }', '"ioClass"', '2:13', '1:13'],
    ['a key at the top', 'libvirtUri: x:y', '"libvirtUri"', '4:1', '1:1'],
  ])('with %s given in two files shows both places', async (_, text, key, first, second) => {
    const { lines } = await problemsOf({
      [etc]: `${two}defaults: { ioClass: idle }\nguests: { dc1: { hosts: [dom0a, dom0b] } }\nlibvirtUri: a:b\n`,
      '/etc/xen-backup/conf.d/x.yaml': text,
    });
    expect(lines).toEqual([
      `/etc/xen-backup/conf.d/x.yaml:${second}: ${key} is given twice; first at ${etc}:${first}`,
    ]);
  });

  it('reports everything that is wrong, each with its place, in the order of the files', async () => {
    const result = await problemsOf({
      [etc]: `libvirtURI: xen:///system
hosts:
  dom0a: { conection: auto, connection: remote }
  dom0b: { port: 99999, user: backup }
  "-x": {}
defaults:
  snapshotSize: 20GB
  sudo: true
  maxDuration: 30
guests:
  dc1: { hosts: [dom0a, dom0x, dom0a] }
  dc2: { hosts: [dom0a], consistency: puase }
  dc3: {}
  "7": { hosts: [dom0a, dom0b] }
  a/b: { hosts: [dom0a, dom0b] }
  dc4: { hosts: dom0a, exclude: [1] }
`,
      '/etc/xen-backup/conf.d/x.yaml': 'snapshotSize: 3G\n',
    });
    expect(result.code).toBe('configuration-invalid');
    expect(result.details['problems']).toEqual(result.lines);
    expect(result.lines).toMatchInlineSnapshot(`
      [
        "/etc/xen-backup/config.yaml:1:1: unknown key libvirtURI; did you mean "libvirtUri"?",
        "/etc/xen-backup/config.yaml:3:12: unknown key hosts.dom0a.conection; did you mean "connection"?",
        "/etc/xen-backup/config.yaml:3:41: hosts.dom0a.connection: expected auto, local, ssh; found "remote"",
        "/etc/xen-backup/config.yaml:4:18: hosts.dom0b.port: expected a port number, 1 to 65535",
        "/etc/xen-backup/config.yaml:4:31: hosts.dom0b.user: not root: add sudo: true (commands then run through sudo -n)",
        "/etc/xen-backup/config.yaml:5:3: hosts.-x: a host name has letters, digits, dots, hyphens and underscores",
        "/etc/xen-backup/config.yaml:7:17: defaults.snapshotSize: units are binary: write G or GiB (2^30 bytes), not GB",
        "/etc/xen-backup/config.yaml:8:3: unknown key defaults.sudo; it belongs under hosts.NAME",
        "/etc/xen-backup/config.yaml:9:16: defaults.maxDuration: expected a duration with its unit, such as 30s, 2h or 1h30m, or 0",
        "/etc/xen-backup/config.yaml:11:32: the guest "dc1" names the host "dom0a" twice; first at /etc/xen-backup/config.yaml:11:18",
        "/etc/xen-backup/config.yaml:12:17: guests.dc2.hosts: at least two hosts: one that runs the guest, one that keeps a copy",
        "/etc/xen-backup/config.yaml:12:39: guests.dc2.consistency: expected none, pause, freeze; found "puase"; did you mean "pause"?",
        "/etc/xen-backup/config.yaml:13:3: guests.dc3.hosts is missing",
        "/etc/xen-backup/config.yaml:14:3: guests.7: virsh would take it for the number of a domain; rename the guest",
        "/etc/xen-backup/config.yaml:15:3: guests."a/b": libvirt allows no slash in a name",
        "/etc/xen-backup/config.yaml:16:17: guests.dc4.hosts: expected a list, found "dom0a"",
        "/etc/xen-backup/config.yaml:16:34: guests.dc4.exclude[0]: expected text, found 1; put it in quotes",
        "/etc/xen-backup/conf.d/x.yaml:1:1: unknown key snapshotSize; it belongs under defaults or guests.NAME",
      ]
    `);
  });

  it('does not call a host unknown that may stand in a file with an error', async () => {
    const { lines } = await problemsOf({
      [etc]: 'guests: { a: { hosts: [x, y] } }\n',
      '/etc/xen-backup/conf.d/hosts.yaml': 'hosts: {\n',
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('/etc/xen-backup/conf.d/hosts.yaml:2:1: ');
  });

  it.each([
    [
      '{ a: { address: 192.0.2.1 }, b: { address: 192.0.2.1 } }',
      'both have the address "192.0.2.1"',
    ],
    ['{ a: , b: { address: A } }', 'both have the address "A"'],
    ['{ a: { connection: local }, b: { connection: local } }', 'both have connection: local'],
  ])('with two names for one machine is refused: %s', async (hosts, reason) => {
    const { lines } = await problemsOf({ [etc]: `hosts: ${hosts}\n` });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(reason);
  });

  it('lets two machines share an address behind different ports', async () => {
    const text = 'hosts: { a: { address: nat, port: 2201 }, b: { address: nat, port: 2202 } }\n';
    expect((await load({ [etc]: text })).configuration.hosts).toHaveLength(2);
  });

  it.each([
    [new Uint8Array([0x61, 0xff, 0x3a]), 'not UTF-8 text'],
    ['a'.repeat(4 * 1024 ** 2 + 1), 'larger than 4194304 bytes'],
    ['- a\n', 'expected a map of keys'],
  ])('that cannot be read is a problem', async (content, reason) => {
    const { lines } = await problemsOf({ [etc]: content });
    expect(lines).toEqual([`${etc}:1:1: ${reason}`]);
  });

  it('named as a directory is a problem', async () => {
    // memfs lets directories be read.
    const source = nodeConfigurationSource({ workingDirectory: '/', homeDirectory: '/' });
    await expect(loadConfiguration(source, { file: 'dev' })).rejects.toThrow(
      'dev:1:1: it is a directory',
    );
  });

  it('may name a host that is not under hosts: it is reached by its name', async () => {
    const text = `${two}guests: { a: { hosts: [dom0a, dom0d] } }\n`;
    const { configuration } = await load({ [etc]: text });
    expect(configuration.hosts.at(-1)).toMatchObject({
      name: 'dom0d',
      address: 'dom0d',
      connection: 'auto',
    });
  });

  it('with a *.yml in conf.d, which nobody reads, is refused', async () => {
    const { lines } = await problemsOf({ [etc]: two, '/etc/xen-backup/conf.d/y.yml': '' });
    expect(lines).toEqual([
      '/etc/xen-backup/conf.d/y.yml:1:1: only *.yaml is read here: rename the file',
    ]);
  });

  it.each([
    [undefined, etc],
    [{ file: 'absent.yaml' }, 'absent.yaml'],
    [{ confDirectory: 'absent' }, 'absent'],
    [{ confDirectory: '/work' }, '/work'],
  ])('that is not there is missing: %j', async (request, path) => {
    const { code, lines } = await problemsOf({}, request);
    expect(code).toBe('configuration-missing');
    expect(lines[0]).toContain(path);
  });

  it('shows no control characters of a file', async () => {
    const { lines } = await problemsOf({ [etc]: '"a\\u001b[2Jb": 1\n' });
    expect(lines.join('')).not.toMatch(/\p{Cc}/u);
  });
});
