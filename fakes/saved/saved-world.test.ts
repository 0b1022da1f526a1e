import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSimulatedConnector } from '../../src/composition/simulated-connector.js';
import { recover, run } from '../../src/sdk/run.js';
import { SimulatedFileSystem } from '../filesystem/file-system.js';
import { canReach } from '../network/links.js';
import { parseScenario, type Scenario } from '../scenario/load.js';
import { createSimulation, type Simulation } from '../simulation.js';
import { decodeState, encodeState } from './codec.js';

const file = 'fixtures/scenarios/three-hosts.yaml';

function scenario(more = ''): Scenario {
  return parseScenario(`${readFileSync(file, 'utf8')}\n${more}`, file);
}

function settings(simulation: Simulation) {
  const configuration = simulation.configuration?.configuration;
  if (configuration === undefined) throw new Error('no configuration');
  return { configuration, connector: createSimulatedConnector(simulation, configuration) };
}

async function reopen(simulation: Simulation, of = scenario()): Promise<Simulation> {
  const text = await simulation.save();
  return createSimulation(of, { text, file: 'world.json' });
}

describe('state as JSON', () => {
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', 'b', '__proto', 'c'), tie('value')),
      fc
        .array(fc.tuple(fc.string(), tie('value')), { maxLength: 3 })
        .map((pairs) => new Map(pairs)),
      fc.array(leaf, { maxLength: 3 }).map((items) => new Set(items)),
    ),
  }));

  it('is the same afterwards, maps and sets among it', () => {
    fc.assert(
      fc.property(value, (state) => {
        const text = JSON.stringify(encodeState(state));
        expect(decodeState(JSON.parse(text))).toEqual(state);
      }),
    );
  });

  it('keeps one thing one thing', () => {
    const shared = SimulatedFileSystem.make({ type: 'ext4', sizeBytes: 2 ** 20 });
    const state = { left: { image: shared }, right: new Map([['image', shared]]) };
    const text = JSON.stringify(encodeState(state));
    const back = decodeState(JSON.parse(text));
    expect(back).toMatchObject({ left: { image: expect.any(SimulatedFileSystem) } });
    const { left, right } = back as typeof state;
    expect(right.get('image')).toBe(left.image);
  });

  it('refuses what cannot be kept', () => {
    expect(() => encodeState({ closure: () => 1 })).toThrow(TypeError);
  });
});

describe('a world that is kept', () => {
  it('is, opened again, what it was', async () => {
    const first = await createSimulation(scenario());
    const second = await reopen(first);
    const hosts = ['dom0a', 'dom0b', 'dom0c'];
    for (const host of hosts) {
      expect(second.site(host).objects()).toEqual(first.site(host).objects());
      expect(second.site(host).ownFiles()).toEqual(first.site(host).ownFiles());
      for (const guest of ['dc1', 'dc2', 'dc3']) {
        expect(second.site(host).guestTrees(guest)).toEqual(first.site(host).guestTrees(guest));
      }
    }
    expect(second.clock.now()).toBe(first.clock.now());
  });

  it('remembers what a run did', async () => {
    const first = await createSimulation(scenario());
    const guests = ['dc1'];
    expect((await run({ ...settings(first), guests })).guests[0]?.targets[0]?.generation).toBe(1);
    const second = await reopen(first);
    expect((await run({ ...settings(second), guests })).guests[0]?.targets[0]?.generation).toBe(2);
  });

  it('shows a recover what a killed run left, also in another invocation', async () => {
    const fault = 'faults: [{ step: mount, host: dom0b, when: after, effect: { die: true } }]';
    const killed = await createSimulation(scenario(fault));
    // What a dead program still says is nobody's business.
    await run({ ...settings(killed), guests: ['dc1'] });
    expect(killed.death.aborted).toBe(true);
    killed.requireAllFaultsUsed();
    const second = await reopen(killed, scenario(fault));
    second.requireAllFaultsUsed();
    const ours = (): readonly string[] =>
      ['dom0a', 'dom0b', 'dom0c'].flatMap((host) => {
        const { maps, mounts, volumes } = second.site(host).objects();
        return [...maps, ...mounts, ...volumes].filter((name) => name.includes('xen-backup'));
      });
    expect(ours()).not.toEqual([]);
    expect((await recover(settings(second))).exitCode).toBe(0);
    expect(ours()).toEqual([]);
  });

  it('goes on with its guests and with a network that comes back', async () => {
    const first = await createSimulation(scenario());
    first.addFault({
      name: 'cut',
      match: { command: 'uname', occurrence: 1 },
      moment: { kind: 'after' },
      effect: { kind: 'cut-network', peer: 'dom0b', lastsMs: 3_600_000 },
    });
    await first.runner(first.machine('dom0a')).run({ argv: ['uname', '-n'] });
    const second = await reopen(first);
    expect(canReach(second.world, 'dom0a', 'dom0b')).toBe(false);
    const before = second.machine('dom0a').domains.get('dc1')?.ticks ?? 0;
    await second.clock.sleep(3_600_000);
    expect(canReach(second.world, 'dom0a', 'dom0b')).toBe(true);
    expect(second.machine('dom0a').domains.get('dc1')?.ticks).toBeGreaterThan(before + 1000);
  });

  it('is not made of any other file', async () => {
    const open = createSimulation(scenario(), { text: '{"savedWorld":2}', file: 'w.json' });
    await expect(open).rejects.toMatchObject({
      code: 'scenario-invalid',
      message: expect.stringContaining('w.json: not a saved world'),
    });
  });
});
