import { describe, expect, it } from 'vitest';
import { Simulation } from '../../fakes/simulation.js';
import { FaultScript } from '../../fakes/faults/script.js';
import { controlTrust } from '../../fakes/scenario/build-network.js';
import { runReplication } from '../../src/app/use-cases/run.js';
import { withRunContext } from '../../src/composition/run-context.js';
import { createSimulatedConnector } from '../../src/composition/simulated-connector.js';
import type { RunReport } from '../../src/index.js';
import { scenario, Stage, withFaults } from './stage.js';

const threeHosts = scenario('three-hosts');

interface Options {
  readonly guests?: readonly string[];
  readonly waitMs?: number;
}

/** Another machine with xen-backup on it, beside the stage's, over the same hosts. */
function controllerBeside(stage: Stage): Simulation {
  const { world, runOn, configuration } = stage.simulation;
  const rest = configuration === undefined ? {} : { configuration };
  return new Simulation({
    ...{ world, runOn, ...rest },
    faults: new FaultScript([]),
    controlTrust: controlTrust(),
  });
}

/** A whole run, as the command line begins it on a machine of this name. */
async function runFrom(
  simulation: Simulation,
  nodeName: string,
  { guests = ['dc1'], waitMs = 0 }: Options = {},
): Promise<RunReport> {
  const configuration = simulation.configuration?.configuration;
  if (configuration === undefined) throw new Error('a scenario without configuration');
  const connector = createSimulatedConnector(simulation, configuration);
  const controller = { nodeName, processId: 4711 };
  const silent = { listeners: [], onListenerError: () => undefined };
  return withRunContext({ configuration, connector }, silent, async (context) => {
    const options = { mode: 'run', guests, waitMs } as const;
    return (await runReplication({ ...context, controller }, options)).report;
  });
}

async function both(stage: Stage, pauseMs: number, options: Options = {}) {
  const second = controllerBeside(stage);
  return Promise.all([
    runFrom(stage.simulation, 'admin-a', options),
    stage.simulation.clock.sleep(pauseMs).then(() => runFrom(second, 'admin-b', options)),
  ]);
}

/** What must hold whoever came first: one writer, whole standbys, nothing left. */
async function expectAllWell(stage: Stage): Promise<void> {
  expect(stage.simulation.violations).toEqual([]);
  expect(stage.differences('dc1', 'dom0a', 'dom0b')).toEqual([]);
  expect(stage.differences('dc1', 'dom0a', 'dom0c')).toEqual([]);
  expect(await stage.left()).toEqual([]);
}

const reasonsOf = ({ guests }: RunReport): readonly string[] =>
  guests.flatMap(({ reason, targets }) =>
    [reason, ...targets.map((target) => target.reason)].filter((text) => text !== undefined),
  );

describe('failure case 24: two whole runs over one guest, from two controllers at once', () => {
  it('one replicates, the other is refused with the name of who is at work', async () => {
    const stage = await Stage.open(threeHosts);
    const [first, second] = await both(stage, 2_000);
    expect([first.exitCode, second.exitCode]).toEqual([0, 3]);
    const owner = `run ${first.runId} (process 4711 on admin-a) has held its lock on dom0a since `;
    expect(reasonsOf(second).join()).toContain(owner);
    await expectAllWell(stage);
  });

  it('the one that waits replicates after the other, never beside it', async () => {
    const stage = await Stage.open(threeHosts);
    const reports = await both(stage, 2_000, { waitMs: 3_600_000 });
    expect(reports.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    const snapshots = stage.simulation.world.trace.filter(({ argv }) => argv[0] === 'lvcreate');
    const removals = stage.simulation.world.trace.filter(({ argv }) => argv[0] === 'lvremove');
    expect([snapshots.length, removals.length]).toEqual([2, 2]);
    expect(snapshots[1]!.startMs).toBeGreaterThanOrEqual(removals[0]!.endMs ?? Infinity);
    await expectAllWell(stage);
  });

  it.each([0, 1, 40, 150, 400, 1_000, 2_500, 5_000, 9_000, 15_000])(
    'is safe whenever the second begins, and one of them serves the guest (%d ms later)',
    async (pauseMs) => {
      const stage = await Stage.open(threeHosts);
      const codes = (await both(stage, pauseMs)).map(({ exitCode }) => exitCode);
      expect(codes).toContain(0);
      expect(codes.filter((code) => ![0, 3].includes(code))).toEqual([]);
      expect(stage.simulation.violations).toEqual([]);
      expect(await stage.left()).toEqual([]);
      // Whatever they made of each other, the next run is not blocked by what is left of them.
      expect((await runFrom(stage.simulation, 'admin-a')).exitCode).toBe(0);
      await expectAllWell(stage);
    },
  );

  it('each serves the guest that the other does not work on', async () => {
    const stage = await Stage.open(threeHosts);
    const second = controllerBeside(stage);
    const reports = await Promise.all([
      runFrom(stage.simulation, 'admin-a', { guests: ['dc1'] }),
      runFrom(second, 'admin-b', { guests: ['dc2'] }),
    ]);
    expect(reports.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(stage.differences('dc2', 'dom0a', 'dom0c')).toEqual([]);
    await expectAllWell(stage);
  });

  it('whoever gets round the lock is refused all the same: the volumes are open', async () => {
    const slow = 'configuration:\n  defaults: { bandwidthLimit: 1K }';
    const stage = await Stage.open(threeHosts.replace('configuration:', slow));
    const second = controllerBeside(stage);
    const { clock, world } = stage.simulation;
    const isWriting = (): boolean =>
      world.trace.some(
        ({ argv, endMs }) =>
          argv.includes('xen-backup-send') && !argv.includes('-n') && endMs === undefined,
      );
    // As if somebody removed the files of the guest's locks, of writers too, again and again: each
    // time the next one locks another file.
    const forgetLocks = (): void => {
      for (const { fileLocks } of world.machines.values()) {
        const others = fileLocks.filter(({ path }) => !path.includes('/guest-'));
        fileLocks.splice(0, Infinity, ...others);
      }
    };
    const roundTheLock = async (): Promise<RunReport> => {
      while (!isWriting()) await clock.sleep(10);
      const over = new AbortController();
      const running = runFrom(second, 'admin-b').finally(() => {
        over.abort();
      });
      while (!over.signal.aborted) {
        forgetLocks();
        await clock.sleep(5);
      }
      return running;
    };
    const [first, other] = await Promise.all([
      runFrom(stage.simulation, 'admin-a'),
      roundTheLock(),
    ]);
    expect(other.guests[0]?.targets.map(({ host, code }) => [host, code])).toEqual([
      ['dom0b', 'standby-in-use'],
      ['dom0c', 'standby-in-use'],
    ]);
    expect(other.guests[0]?.targets[0]?.reason).toContain(first.runId);
    expect(stage.simulation.violations).toEqual([]);
  });

  it('a controller that dies blocks nobody: whoever waits goes on', async () => {
    const died = '{ host: dom0a, step: copy, when: 0.5, occurrence: 3, effect: { die: true } }';
    const stage = await Stage.open(withFaults(threeHosts, died));
    const second = controllerBeside(stage);
    const waiting = stage.simulation.clock
      .sleep(2_000)
      .then(() => runFrom(second, 'admin-b', { waitMs: 3_600_000 }));
    const [, { exitCode }] = await Promise.all([stage.die(), waiting]);
    expect(exitCode).toBe(0);
    await expectAllWell(stage);
  });
});
