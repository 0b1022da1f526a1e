import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConfigurationSource } from './source.js';
import { importConfFiles } from './import-conf.js';
import { type LoadedConfiguration, loadConfiguration } from './load.js';
import { renderConfiguration, renderYaml } from './render.js';
import { starterConfiguration } from './starter.js';

function sourceOf(files: Readonly<Record<string, string>>): ConfigurationSource {
  return {
    homeDirectory: '/home/operator',
    readText: async (path) => {
      const text = files[path];
      return text === undefined ? { kind: 'absent' } : { kind: 'text', text };
    },
    listNames: async (directory) =>
      Object.keys(files)
        .filter((path) => path.startsWith(`${directory}/`))
        .map((path) => path.slice(directory.length + 1))
        .sort(),
  };
}

function load(text: string): Promise<LoadedConfiguration> {
  return loadConfiguration(sourceOf({ '/c.yaml': text }), { file: '/c.yaml' });
}

describe('the configuration in effect', () => {
  it('says every default', async () => {
    const loaded = await load('hosts: { a: , b: }\nguests: { g: { hosts: [a, b] } }\n');
    expect(renderConfiguration(loaded)).toMatchInlineSnapshot(`
      "# The configuration in effect, read from
      #   /c.yaml
      libvirtUri: xen:///system
      stateDir: /var/lib/xen-backup
      hosts:
        a:
          connection: auto
          address: a
          sudo: false
          replication:
            address: a
        b:
          connection: auto
          address: b
          sudo: false
          replication:
            address: b
      defaults:
        snapshotSize: 20%
        snapshotMaxSize: 100%
        thinPoolLimit: 90%
        withoutSnapshot: []
        exclude:
          - /tmp/*
        mode: files
        consistency: none
        pauseLimit: 30s
        maxDeletes:
          share: 30%
          count: 100000
        bandwidthLimit: 0
        ioClass: idle
        stallTimeout: 10m
        maxDuration: 0
      guests:
        g:
          hosts:
            - a
            - b
          snapshotSize: 20%
          snapshotMaxSize: 100%
          thinPoolLimit: 90%
          withoutSnapshot: []
          exclude:
            - /tmp/*
          mode: files
          consistency: none
          pauseLimit: 30s
          maxDeletes:
            share: 30%
            count: 100000
          bandwidthLimit: 0
          ioClass: idle
          stallTimeout: 10m
          maxDuration: 0
      "
    `);
  });

  it('means the same when it is loaded', async () => {
    const hostName = fc.stringMatching(/^[a-z][a-z0-9.-]{0,8}$/);
    const text = fc
      .string({ minLength: 1, maxLength: 12 })
      .filter((value) => !/\p{Cc}/u.test(value));
    const guestName = text
      .map((value) => `g${value.trim().replaceAll('/', '-')}`)
      .filter((value) => value.trim() === value);
    const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
    const settings = {
      snapshotSize: optional(fc.constantFrom('20%', '0.5%', '20G', '1.5T', '1049601B', 1_048_577)),
      snapshotMaxSize: optional(fc.constantFrom('20%', '150%', '40G', 2_097_152)),
      thinPoolLimit: optional(fc.constantFrom('1%', '87.5%', '99%')),
      withoutSnapshot: optional(fc.subarray(['xvda', 'sdb'])),
      exclude: optional(fc.array(text)),
      consistency: optional(fc.constantFrom('none', 'pause', 'freeze')),
      pauseLimit: optional(fc.constantFrom('1s', '30s', '10min')),
      maxDeletes: optional(fc.record({ share: fc.constantFrom('0%', '33.3%'), count: fc.nat() })),
      bandwidthLimit: optional(fc.constantFrom(0, 17, '10M', '3K')),
      ioClass: optional(fc.constantFrom('idle', 'best-effort', 'none')),
      stallTimeout: optional(fc.constantFrom('30s', '1h30m', '4d')),
      maxDuration: optional(fc.constantFrom(0, '90s', '1h30m', '7ms')),
    };
    const host = fc.record({
      connection: optional(fc.constantFrom('auto', 'ssh')),
      port: optional(fc.integer({ min: 1, max: 65_535 })),
      sudo: fc.constant(true),
      user: optional(fc.constantFrom('root', 'backup')),
      identityFile: optional(fc.constantFrom('~/.ssh/id', '/etc/key file')),
      replication: optional(fc.record({ address: hostName, identityFile: fc.constant('~/x') })),
    });
    const documents = fc
      .uniqueArray(hostName, { minLength: 2, maxLength: 4 })
      .chain((names) =>
        fc.record({
          hosts: fc.tuple(...names.map((name) => fc.tuple(fc.constant(name), host))),
          defaults: fc.record(settings),
          guests: fc.dictionary(guestName, fc.record({ hosts: fc.constant(names), ...settings })),
        }),
      )
      .map(({ hosts, ...rest }) => ({ hosts: Object.fromEntries(hosts), ...rest }));
    await fc.assert(
      fc.asyncProperty(documents, async (document) => {
        const plain: unknown = JSON.parse(JSON.stringify(document));
        const first = await load(renderYaml(plain));
        const second = await load(renderConfiguration(first));
        expect(second).toEqual(first);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the starter file', () => {
  it('is valid as it is', async () => {
    const { configuration } = await load(starterConfiguration);
    expect(configuration.guests).toEqual([]);
  });

  it('is valid with its examples taken out of comments', async () => {
    const { configuration } = await load(starterConfiguration.replace(/^#(?= {2})/gm, ''));
    expect(configuration.hosts.map(({ name }) => name)).toEqual(['dom0a', 'dom0b']);
    expect(configuration.guests.map(({ name }) => name)).toEqual(['dc1', 'web-01']);
  });

  it('says the defaults that are built in', async () => {
    expect((await load(starterConfiguration)).defaults).toEqual((await load('')).defaults);
  });
});

describe('the import of the 2009 files', () => {
  const files = {
    '/old/a.conf': 'DOMU=dc1\nDOM0S="dom0a dom0b"\n',
    '/old/b.conf': "DOMU='web 01'\nDOM0S='dom0b 192.0.2.7'\n",
  };

  it('gives YAML that means the same', async () => {
    const texts = Object.entries(files).map(([path, text]) => ({ path, text }));
    const imported = await load(importConfFiles(texts));
    const direct = await loadConfiguration(sourceOf(files), { confDirectory: '/old' });
    expect(imported.configuration).toEqual(direct.configuration);
    expect(imported.configuration.guests).toHaveLength(2);
  });

  it('reports what is wrong with them', () => {
    const text = 'DOMU=$(id)\n';
    expect(() => importConfFiles([{ path: 'x.conf', text }])).toThrow(/^x\.conf:1:6: /);
  });
});
