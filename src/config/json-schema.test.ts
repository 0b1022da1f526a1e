import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { getLanguageService, TextDocument } from 'vscode-json-languageservice';
import { configurationJsonSchemaText } from './json-schema.js';

// The engine behind VS Code's JSON and (through the YAML extension) YAML support.
const service = getLanguageService({});
const uri = 'file:///config.json';
service.configure({
  validate: true,
  schemas: [
    {
      uri: 'file:///config.schema.json',
      fileMatch: ['*.json'],
      schema: JSON.parse(configurationJsonSchemaText()),
    },
  ],
});

/** Splits at the caret: the text without it, and where it was. */
function open(text: string) {
  const offset = Math.max(0, text.indexOf('^'));
  const document = TextDocument.create(uri, 'json', 1, text.replace('^', ''));
  return {
    document,
    json: service.parseJSONDocument(document),
    position: document.positionAt(offset),
  };
}

async function completions(text: string) {
  const { document, json, position } = open(text);
  const list = await service.doComplete(document, position, json);
  return list?.items.map(({ label }) => label) ?? [];
}

async function hover(text: string) {
  const { document, json, position } = open(text);
  const found = await service.doHover(document, position, json);
  const contents: unknown = found?.contents ?? [];
  return (Array.isArray(contents) ? contents : [contents]).map(String).join('\n');
}

async function errors(text: string) {
  const { document, json } = open(text);
  const found = await service.doValidation(document, json);
  return found.map(({ message, range }) => {
    const text = typeof message === 'string' ? message : message.value;
    return `${range.start.line}:${range.start.character} ${text}`;
  });
}

describe('schema/config.schema.json', () => {
  it('is what the configuration schema generates (npm run schema)', () => {
    const file = new URL('../../schema/config.schema.json', import.meta.url);
    expect(readFileSync(file, 'utf8')).toBe(configurationJsonSchemaText());
  });

  it('is draft-07, which editors speak', () => {
    expect(configurationJsonSchemaText()).toContain('http://json-schema.org/draft-07/schema#');
  });
});

describe("VS Code's language service", () => {
  it('completes keys at the top', async () => {
    expect(await completions('{ "^" }')).toEqual(
      expect.arrayContaining(['libvirtUri', 'stateDir', 'hosts', 'defaults', 'guests']),
    );
  });

  it('completes keys of a host and values of connection', async () => {
    expect(await completions('{ "hosts": { "dom0a": { "^" } } }')).toEqual(
      expect.arrayContaining(['connection', 'address', 'sudo', 'identityFile', 'replication']),
    );
    expect(await completions('{ "hosts": { "dom0a": { "connection": ^ } } }')).toEqual(
      expect.arrayContaining(['"auto"', '"local"', '"ssh"']),
    );
  });

  it('completes settings of a guest, and what stands for a size', async () => {
    expect(await completions('{ "guests": { "dc1": { "^" } } }')).toEqual(
      expect.arrayContaining(['hosts', 'snapshotSize', 'exclude', 'consistency', 'maxDeletes']),
    );
    expect(await completions('{ "guests": { "dc1": { "snapshotSize": ^ } } }')).toEqual(
      expect.arrayContaining(['"20%"', '"20G"']),
    );
  });

  it('explains a key on hover', async () => {
    expect(await hover('{ "defaults": { "snapsh^otSize": "20%" } }')).toMatch(
      /Room for each snapshot.*1G = 1GiB/,
    );
    expect(await hover('{ "guests": { "dc1": { "ho^sts": [] } } }')).toContain(
      'the one that runs it among them',
    );
    expect(await hover('{ "hosts": { "a": { "connection": "au^to" } } }')).toContain('boot id');
  });

  it('explains every key that there is', async () => {
    const settings = [
      'snapshotSize',
      'snapshotMaxSize',
      'thinPoolLimit',
      'withoutSnapshot',
      'exclude',
      'consistency',
      'pauseLimit',
      'maxDeletes',
      'bandwidthLimit',
      'ioClass',
      'stallTimeout',
      'maxDuration',
    ];
    const access = ['address', 'port', 'user', 'identityFile', 'knownHostsFile'];
    const at = (path: readonly string[], key: string) =>
      path.reduceRight((inner, step) => `{ "${step}": ${inner} }`, `{ "^${key}": null }`);
    const keys = [
      ...['libvirtUri', 'stateDir', 'hosts', 'defaults', 'guests'].map((key) => at([], key)),
      ...settings.flatMap((key) => [at(['defaults'], key), at(['guests', 'g'], key)]),
      ...['share', 'count'].map((key) => at(['defaults', 'maxDeletes'], key)),
      ...['connection', 'sudo', 'replication', ...access].map((key) => at(['hosts', 'h'], key)),
      ...access.map((key) => at(['hosts', 'h', 'replication'], key)),
      at(['guests', 'g'], 'hosts'),
    ];
    for (const text of keys) {
      expect(await hover(text), text).toMatch(/[a-z]{3}/);
    }
  });

  it.each([
    ['{ "host": {} }', '0:2 Property host is not allowed.'],
    ['{ "guests": { "dc1": {} } }', '0:14 Missing property "hosts".'],
    ['{ "guests": { "dc1": { "hosts": ["a"] } } }', 'Array has too few items'],
    ['{ "guests": { "dc1": { "hosts": ["a", "a"] } } }', 'Array has duplicate items'],
    ['{ "hosts": { "a": { "connection": "auto!" } } }', 'Value is not accepted'],
    ['{ "hosts": { "a": { "port": 0 } } }', 'Value is below the minimum of 1'],
    ['{ "hosts": { "-a": {} } }', 'does not match the pattern'],
    ['{ "defaults": { "snapshotSize": "20 GB" } }', 'does not match the pattern'],
    ['{ "defaults": { "maxDeletes": { "share": 30 } } }', 'Incorrect type'],
  ])('marks what is wrong: %s', async (text, message) => {
    expect((await errors(text)).join('\n')).toContain(message);
  });

  it('accepts the configuration of the contract', async () => {
    const text = JSON.stringify({
      libvirtUri: 'xen:///system',
      stateDir: '/var/lib/xen-backup',
      hosts: {
        dom0a: { connection: 'auto' },
        dom0b: {
          address: '192.0.2.11',
          port: 22,
          user: 'root',
          identityFile: '~/.ssh/id_ed25519',
          knownHostsFile: '~/.ssh/known_hosts',
          replication: { address: '10.0.0.11' },
        },
        dom0c: null,
      },
      defaults: {
        snapshotSize: '20%',
        snapshotMaxSize: '100%',
        thinPoolLimit: '90%',
        withoutSnapshot: ['xvdb'],
        exclude: ['/tmp/*'],
        consistency: 'none',
        pauseLimit: '30s',
        maxDeletes: { share: '30%', count: 100_000 },
        bandwidthLimit: 0,
        ioClass: 'idle',
        stallTimeout: '10m',
        maxDuration: 0,
      },
      guests: { dc1: { hosts: ['dom0a', 'dom0b', 'dom0c'] } },
    });
    expect(await errors(text)).toEqual([]);
  });
});
