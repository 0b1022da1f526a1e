import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { parseScenario } from '../../fakes/index.js';
import { CommandLine } from './harness.js';
import { type Layout, scenarioOf, zoo } from './capture-zoo.js';

// Three plans on simulated hosts, beside everything else that two cores do.
vi.setConfig({ testTimeout: 90_000 });

/** A plan as `--format json` prints it, without what differs in every run. */
async function planOf(scenario: string, guest: string) {
  const line = new CommandLine({ files: { 's.yaml': scenario } });
  const { exitCode, stdout } = await line.run(
    '--simulate',
    's.yaml',
    'plan',
    guest,
    '--format',
    'json',
  );
  const { runId } = JSON.parse(stdout) as { runId: string };
  const plan = JSON.parse(stdout.replaceAll(runId, 'RUNID')) as { readonly guests: unknown[] };
  return { exitCode, plan };
}

async function capture(scenario: string, guest: string, ...words: readonly string[]) {
  const line = new CommandLine({ files: { 's.yaml': scenario } });
  return line.run('--simulate', 's.yaml', 'capture', guest, ...words);
}

/** A shipped scenario, in which nothing goes wrong. */
function withoutFaults(text: string): string {
  const { faults: _faults, ...rest } = parse(text) as { readonly faults?: unknown };
  return stringify(rest);
}

const folder = 'fixtures/scenarios';
const shipped = readdirSync(folder).flatMap((file) => {
  const text = readFileSync(`${folder}/${file}`, 'utf8');
  const { resolved } = parseScenario(text, file);
  const guests = resolved?.configuration.guests ?? [];
  return guests.map(({ name }) => [`${file}, ${name}`, withoutFaults(text), name] as const);
});
const animals = zoo.map((layout) => [layout.name, scenarioOf(layout), 'customer'] as const);

/** Disks in files and on partitions, in other ways than the shipped scenario has them. */
const plain = readFileSync(`${folder}/plain-storage.yaml`, 'utf8');
const carriers = [
  [
    'sectors of 4096 bytes in a file',
    plain
      .replace('web-data.img:\n        size: 128MiB', '$&\n        sectorSize: 4096')
      .replace('size: rest', 'size: 100MiB')
      .replace('driver: file }', 'driver: file, sectorSize: 4096 }'),
  ],
  [
    'a raw image here, a qcow2 image there',
    plain
      .replace(
        'addresses: [192.0.2.12]\n',
        '$&    images: { /srv/images/web.qcow2: { size: 128MiB, qcow2: {}, content: { fileSystem: ext4 } } }\n',
      )
      .replace(
        '    hosts: { dom0a: running',
        `    disksOn:
      dom0b:
        xvda: /dev/vg/web
        xvdb: { source: /srv/images/web.qcow2, kind: file, driver: qemu, type: qcow2 }
        xvdc: /dev/sdc1
$&`,
      ),
  ],
].map(([name = '', text = '']) => [name, text, 'web'] as const);

describe('plan on a capture equals plan on the hosts', () => {
  it.each([...shipped, ...carriers, ...animals])('%s', async (_name, scenario, guest) => {
    const host = await planOf(scenario, guest);
    const { stdout } = await capture(scenario, guest, '--keep-names');
    const desk = await planOf(stdout, guest);
    expect(desk).toEqual(host);
    expect(host.plan.guests).toHaveLength(1);
  });

  it('and a capture of a capture is the same text', async () => {
    for (const [, scenario, guest] of animals) {
      const { stdout: first } = await capture(scenario, guest);
      expect((await capture(first, 'guest1')).stdout).toBe(first);
    }
  });
});

describe('a capture without names', () => {
  it('does not tell where images and disks lie', async () => {
    const { stdout } = await capture(plain, 'web');
    expect(stdout).not.toMatch(/web-data|sdc1|vg\/web/);
    expect(stdout).toContain('/srv/images/disk1');
    expect(stdout).toContain('/dev/sdz');
  });

  it.each([...shipped, ...carriers, ...animals])(
    'has the shape of the plan: %s',
    async (_name, scenario, guest) => {
      const host = await planOf(scenario, guest);
      const { stdout } = await capture(scenario, guest);
      const desk = await planOf(stdout, 'guest1');
      expect(desk.exitCode).toBe(host.exitCode);
      expect(shapeOf(desk.plan)).toEqual(shapeOf(host.plan));
    },
  );

  it('tells nothing of the site', async () => {
    for (const [, scenario, guest] of animals) {
      const { stdout } = await capture(scenario, guest);
      expect(stdout).not.toMatch(/customer|secret|dom0|10\.1\.2|SERIAL|comment|nas\b|1badcafe/i);
      expect(stdout).not.toMatch(/0f3c1a52|7a3f0c7e/i);
    }
  });

  it('keeps equal UUIDs equal', async () => {
    const [, scenario, guest] = animals.find(([name]) => name.startsWith('an fstab'))!;
    const { stdout } = await capture(scenario, guest);
    const uuid = /fileSystem: ext4\n +uuid: (\S+)/.exec(stdout)?.[1];
    expect(stdout).toContain(`UUID=${uuid} / ext4`);
  });
});

describe('the command', () => {
  const drifted = scenarioOf(zoo.find(({ standby }) => standby !== undefined) as Layout);

  it('writes a file where one is named, and nothing to stdout', async () => {
    const line = new CommandLine({ files: { 's.yaml': drifted } });
    const outcome = await line.run('--simulate', 's.yaml', 'capture', 'customer', '-o', 'c.yaml');
    expect(outcome).toMatchObject({ exitCode: 0, stdout: '' });
    const text = line.volume.readFileSync('/work/c.yaml', 'utf8');
    expect(parseScenario(String(text), 'c.yaml').resolved?.configuration.guests).toHaveLength(1);
  });

  it('ends with 0 for a conflict, which is in the scenario', async () => {
    const { exitCode, stdout } = await capture(drifted, 'customer');
    expect(exitCode).toBe(0);
    expect((await planOf(stdout, 'guest1')).exitCode).toBe(4);
  });

  it('writes nothing when the source cannot be asked, and ends as plan does', async () => {
    const line = new CommandLine({
      files: { 's.yaml': drifted.replace('dom0a:\n    {', 'dom0a:\n    { power: off,') },
    });
    const outcome = await line.run('--simulate', 's.yaml', 'capture', 'customer', '-o', 'c.yaml');
    expect(outcome.exitCode).toBe(10);
    expect(outcome.stderr.match(/^error: /gm)).toHaveLength(1);
    expect(line.volume.existsSync('/work/c.yaml')).toBe(false);
  });

  it('knows the guest by its configured name only', async () => {
    const { exitCode, stderr, stdout } = await capture(drifted, 'costumer');
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain('did you mean "customer"?');
  });
});

/** What of a plan has no names in it: kinds, sizes, places, order. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' ? 'text' : value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      ['kind', 'type', 'guestPath', 'code', 'outcome', 'position'].includes(key)
        ? inner
        : shapeOf(inner),
    ]),
  );
}
