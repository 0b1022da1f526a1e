import { commandText } from '../../fakes/faults/command-text.js';
import { FaultScript } from '../../fakes/faults/script.js';
import { isActive } from '../../fakes/domains/operations.js';
import type { Connector, RunReport } from '../../src/index.js';
import type { Standby } from './judge.js';
import { live } from './life.js';
import { look, type Sight } from './look.js';
import { SweptScenario } from './swept-scenario.js';
import { Verified } from './verified.js';

/** One command of a run, at which something can happen. */
export interface Boundary {
  /** Its number in the world, from 1. */
  readonly number: number;
  readonly host: string;
  readonly argv: readonly string[];
  /** For people, and to be sure that the same command is struck. */
  readonly text: string;
  /** The scenario's own faults keep this command from doing anything. */
  readonly isStruck: boolean;
}

/** What a scenario does when nothing happens but its own faults: the measure of all its cases. */
export interface Undisturbed {
  readonly scenario: SweptScenario;
  readonly before: Sight;
  readonly boundaries: readonly Boundary[];
  /** Every guest on every host that does not run it. */
  readonly standbys: readonly Standby[];
  /** Those that a run without any fault brings up to date. */
  readonly served: readonly Standby[];
  readonly runExitCode: number;
  readonly recoverExitCode: number;
  readonly nextExitCode: number;
  /** States after `recover` from which a run has already been judged. */
  readonly verified: Verified;
}

/**
 * Runs a scenario once as it is, once more after `recover`, and remembers what came of it.
 *
 * @param change - stands between the program and the hosts in the first run, as in every case.
 */
export async function undisturbed(
  name: string,
  text: string,
  change?: (connector: Connector) => Connector,
): Promise<Undisturbed> {
  const scenario = await SweptScenario.build(name, text);
  const { configuration } = scenario;
  const simulation = scenario.begin(scenario.ownFaults);
  const { world } = simulation;
  const before = look(world, configuration);
  const first = await reportOf(scenario, simulation, 'run', 1, change);
  const ownFaults = new FaultScript(scenario.ownFaults);
  const boundaries = world.trace.map(({ machine, argv }, index) => ({
    number: index + 1,
    host: machine,
    argv,
    text: commandText(argv),
    isStruck: ownFaults.arm({ machine, argv, number: index + 1 }).at('before').length > 0,
  }));
  const recovered = await reportOf(scenario, scenario.resume(world), 'recover', 2);
  const next = await reportOf(scenario, scenario.resume(world), 'run', 3);
  const standbys = standbysOf(scenario);
  const after = look(world, configuration);
  return {
    scenario,
    before,
    boundaries,
    standbys,
    served: standbys.filter(
      ({ guest, host }) => after.hosts.get(host)?.records.get(guest)?.state === 'complete',
    ),
    runExitCode: first.exitCode,
    recoverExitCode: recovered.exitCode,
    nextExitCode: next.exitCode,
    verified: new Verified(),
  };
}

async function reportOf(
  scenario: SweptScenario,
  simulation: ReturnType<SweptScenario['begin']>,
  command: 'run' | 'recover',
  life: number,
  change?: (connector: Connector) => Connector,
): Promise<RunReport> {
  const runId = sweepRunId(life);
  const { configuration } = scenario;
  const changed = change === undefined ? {} : { change };
  const ending = await live({ command, simulation, configuration, runId, ...changed });
  simulation.kill();
  await simulation.settle();
  if (ending.kind === 'ended') return ending.report;
  throw new Error(`${scenario.name}: ${command} without a fault: ${ending.kind}`);
}

/** Run ids of a case, alike in all of them, so that its commands are too. */
export function sweepRunId(life: number): string {
  return `sweep${String(life).padStart(5, '0')}`;
}

function standbysOf({ world, configuration }: SweptScenario): readonly Standby[] {
  return configuration.guests.flatMap(({ name: guest, hosts }) => {
    const domainOn = (host: string) => world.machines.get(host)?.domains.get(guest);
    const source = hosts.find((host) => {
      const domain = domainOn(host);
      return domain !== undefined && isActive(domain);
    });
    if (source === undefined) return [];
    return hosts
      .filter((host) => host !== source && domainOn(host) !== undefined)
      .map((host) => ({ guest, source, host }));
  });
}
