import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { holdersArgv } from '../src/adapters/shared/index.js';
import { createSimulatedConnector } from '../src/composition/simulated-connector.js';
import { run } from '../src/sdk/run.js';
import { compareGuestTrees, guestTrees, lostFiles } from './judge/guest-trees.js';
import { hostObjects, hostOwnFiles, objectsLeft } from './judge/objects.js';
import { parseScenario } from './scenario/load.js';
import { createSimulation, type Simulation } from './simulation.js';
import type { Machine } from './world/state.js';

async function open(name: string): Promise<Simulation> {
  const file = `fixtures/scenarios/${name}`;
  return createSimulation(parseScenario(readFileSync(file, 'utf8'), file));
}

async function replicate(simulation: Simulation, ...guests: readonly string[]) {
  const told = simulation.configuration;
  if (told === undefined) throw new Error('a scenario without configuration');
  const { configuration } = told;
  const connector = createSimulatedConnector(simulation, configuration);
  return run({ configuration, connector, ...(guests.length === 0 ? {} : { guests }) });
}

function machine(simulation: Simulation, name: string): Machine {
  const found = simulation.world.machines.get(name);
  if (found === undefined) throw new Error(`no machine ${name}`);
  return found;
}

describe('a run on the shipped scenario with three hosts', () => {
  it('makes both standbys what the source is, and leaves nothing behind', async () => {
    const simulation = await open('three-hosts.yaml');
    const hosts = ['dom0a', 'dom0b', 'dom0c'].map((name) => machine(simulation, name));
    const before = hosts.map(hostObjects);
    const own = hosts.map(hostOwnFiles);
    const [source] = hosts;
    if (source === undefined) throw new Error('no source');
    const standbys = hosts.slice(1);
    const old = standbys.map((host) => guestTrees(host, 'dc1'));

    const report = await replicate(simulation);
    await simulation.settle();

    expect(report.exitCode).toBe(0);
    for (const guest of ['dc1', 'dc2']) {
      const original = guestTrees(source, guest);
      for (const standby of standbys) {
        const differences = compareGuestTrees(original, guestTrees(standby, guest));
        // The guest goes on writing, and what is excluded stays as it was.
        const unexpected = differences.filter(
          ({ path }) => !/^(\.|var|var\/log|var\/log\/counter|tmp\/.*)$/.test(path),
        );
        expect(unexpected, `${guest} on ${standby.name}`).toEqual([]);
      }
    }
    standbys.forEach((standby, index) => {
      const previous = old[index] ?? new Map<string, ReadonlyMap<string, string>>();
      const now = guestTrees(standby, 'dc1');
      expect(lostFiles(previous, guestTrees(source, 'dc1'), now)).toEqual([]);
    });
    hosts.forEach((host, index) => {
      const earlier = before[index];
      if (earlier === undefined) throw new Error('no objects');
      const left = objectsLeft(earlier, hostObjects(host));
      expect(left.filter((object) => !object.startsWith('runFiles: '))).toEqual([]);
      expect(hostOwnFiles(host)).toEqual(own[index]);
    });
    expect(simulation.world.violations).toEqual([]);
  });
});

describe("a run on the shipped scenario with libvirt's QEMU driver", () => {
  it('replicates a guest under KVM as one under Xen, and leaves nothing behind', async () => {
    const simulation = await open('kvm-hosts.yaml');
    const hosts = ['dom0a', 'dom0b'].map((name) => machine(simulation, name));
    const before = hosts.map(hostObjects);
    const [source, standby] = hosts;
    if (source === undefined || standby === undefined) throw new Error('no pair');
    expect(compareGuestTrees(guestTrees(source, 'dc1'), guestTrees(standby, 'dc1'))).not.toEqual(
      [],
    );

    const report = await replicate(simulation);
    await simulation.settle();

    expect(report.exitCode).toBe(0);
    expect(compareGuestTrees(guestTrees(source, 'dc1'), guestTrees(standby, 'dc1'))).toEqual([]);
    hosts.forEach((host, index) => {
      const left = objectsLeft(before[index] ?? hostObjects(host), hostObjects(host));
      expect(left.filter((object) => !object.startsWith('runFiles: '))).toEqual([]);
    });
    expect(simulation.world.violations).toEqual([]);
  });

  it('finds the process that has the disk open, as on the recorded host', async () => {
    const { stdout } = JSON.parse(
      readFileSync('integration/lab/recorded-raw/kvm/disk-holders.json', 'utf8'),
    ) as { readonly stdout: string };
    const simulation = await open('kvm-hosts.yaml');
    const host = machine(simulation, 'dom0a');
    const opening = host.openings.find(({ by }) => by.kind === 'domain');
    const [major = 0, minor = 0] = (opening?.device ?? '').split(':').map(Number);
    const { stdout: simulated } = await simulation
      .runner(host)
      .run({ argv: holdersArgv({ major, minor }) });
    const withoutProcessId = (text: string): string => text.replace(/^process\t\d+/, 'process');
    expect(withoutProcessId(simulated)).toBe(withoutProcessId(stdout));
  });
});
