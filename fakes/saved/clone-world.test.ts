import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { createSimulatedConnector } from '../../src/composition/simulated-connector.js';
import { run } from '../../src/sdk/run.js';
import { FaultScript } from '../faults/script.js';
import { digestTree } from '../filesystem/digest.js';
import { SimulatedFileSystem } from '../filesystem/file-system.js';
import { guestTrees } from '../judge/guest-trees.js';
import { addIdleProcess } from '../runner/processes.js';
import { controlTrust } from '../scenario/build-network.js';
import { parseScenario } from '../scenario/load.js';
import { createSimulation, Simulation } from '../simulation.js';
import type { World } from '../world/state.js';
import { cloneWorld } from './clone-world.js';

const file = 'fixtures/scenarios/wrong-fstab.yaml';
const scenario = parseScenario(readFileSync(file, 'utf8'), file);

/** A whole run in a world. @returns every command of it. */
async function runIn(world: World): Promise<readonly string[]> {
  const simulation = new Simulation({
    world,
    faults: new FaultScript(),
    controlTrust: controlTrust(),
    runOn: 'outside',
  });
  const { configuration } = scenario.resolved ?? {};
  if (configuration === undefined) throw new Error('no configuration');
  const connector = createSimulatedConnector(simulation, configuration);
  expect((await run({ configuration, connector, runId: 'abcdefghij' })).exitCode).toBe(0);
  return world.trace.map(({ machine, argv }) => `${machine} ${argv.join(' ')}`);
}

describe('a clone of a world', () => {
  let world: World;
  beforeEach(async () => {
    ({ world } = await createSimulation(scenario));
  });

  it('does the same as another clone, to the last identifier, and its original stays as it is', async () => {
    const [one, other] = [cloneWorld(world), cloneWorld(world)];
    const before = guestTrees(world.machines.get('dom0b')!, 'dc1');
    const commands = await runIn(one);
    expect(await runIn(other)).toEqual(commands);
    expect(commands.length).toBeGreaterThan(100);
    expect(guestTrees(one.machines.get('dom0b')!, 'dc1')).not.toEqual(before);
    expect(guestTrees(world.machines.get('dom0b')!, 'dc1')).toEqual(before);
    expect(world.trace).toEqual([]);
  });

  it('keeps one thing one thing: records that share a file system share its copy', () => {
    const machine = world.machines.get('dom0a')!;
    const [mount] = machine.mounts;
    const copied = cloneWorld(world).machines.get('dom0a')!.mounts[0];
    expect(copied?.image).toBeInstanceOf(SimulatedFileSystem);
    expect(copied?.image).not.toBe(mount?.image);
    const trees = [mount?.image, copied?.image].map((image) =>
      image instanceof SimulatedFileSystem ? digestTree(image.tree) : '',
    );
    expect(trees[0]).toBe(trees[1]);
  });

  it('is refused while something is under way', () => {
    addIdleProcess(world.machines.get('dom0a')!, { argv: ['sleep'] });
    expect(() => cloneWorld(world)).toThrow('dom0a is not at rest');
  });
});
