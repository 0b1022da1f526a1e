import { saidOfGuestAtRest } from '../flow/at-rest.js';
import { commandText } from '../../fakes/faults/command-text.js';
import { FaultScript } from '../../fakes/faults/script.js';
import { isActive } from '../../fakes/domains/operations.js';
import type { Simulation } from '../../fakes/simulation.js';
import type { World } from '../../fakes/world/state.js';
import type { RunReport } from '../../src/index.js';
import { judgeEnding } from './exit-judge.js';
import { judgeDone, judgeLeft, judgeSafety, type Standby } from './judge.js';
import { live } from './life.js';
import { look, type Sight } from './look.js';
import { type SweptProgram, xenBackup } from './program.js';
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

/** What a program does in a scenario when nothing happens but its own faults: the measure of all its cases. */
export interface Undisturbed {
  readonly scenario: SweptScenario;
  readonly program: SweptProgram;
  /** What is started first, and meets the fault. */
  readonly command: 'run' | 'recover';
  /** Runs that have lived in the scenario's world before. */
  readonly earlierLives: number;
  /** Whether the journals of those are there: only then can they be asked for what is left. */
  readonly journals: 'kept' | 'lost';
  readonly before: Sight;
  readonly boundaries: readonly Boundary[];
  /** Every guest on every host that does not run it. */
  readonly standbys: readonly Standby[];
  /** Those that a run without any fault brings up to date. */
  readonly served: readonly Standby[];
  readonly runExitCode: number;
  readonly recoverExitCode: number;
  readonly nextExitCode: number;
  /** What the judge says of the first run itself, in which nothing happened. */
  readonly findings: readonly string[];
  /** States after `recover` from which a run has already been judged. */
  readonly verified: Verified;
}

/** What is due of a program in this scenario. */
type Due = Pick<Undisturbed, 'served' | 'runExitCode' | 'recoverExitCode' | 'nextExitCode'>;

/**
 * Lets a program live once without any fault but the scenario's own, and remembers what it did.
 * What is due of it is what xen-backup does there: in a run, a `recover` and a next run.
 */
export async function undisturbed(
  name: string,
  text: string,
  program: SweptProgram = xenBackup,
): Promise<Undisturbed> {
  const scenario = await SweptScenario.build(name, text);
  const { configuration } = scenario;
  const standbys = standbysOf(scenario);
  const simulation = scenario.begin(scenario.ownFaults);
  const { world } = simulation;
  const before = look(world, configuration);
  const first = await reportOf(scenario, simulation, 1, program);
  const boundaries = boundariesOf(scenario, world);
  const after = look(world, configuration);
  const due =
    program === xenBackup
      ? await whatIsDue(scenario, world, first, standbys)
      : await undisturbed(name, text);
  return {
    scenario,
    program,
    command: 'run',
    earlierLives: 0,
    journals: 'kept',
    before,
    boundaries,
    standbys,
    served: due.served,
    runExitCode: due.runExitCode,
    recoverExitCode: due.recoverExitCode,
    nextExitCode: due.nextExitCode,
    findings: [
      ...judgeEnding({ kind: 'ended', report: first }, [due.runExitCode]),
      ...judgeSafety(before, after, standbys),
      ...judgeLeft(before, after),
      ...(first.exitCode === 0 ? judgeDone(after, due.served) : []),
    ],
    verified: new Verified(),
  };
}

async function whatIsDue(
  scenario: SweptScenario,
  world: World,
  first: RunReport,
  standbys: readonly Standby[],
): Promise<Due> {
  const recovered = await reportOf(scenario, scenario.resume(world), 2, xenBackup, 'recover');
  const next = await reportOf(scenario, scenario.resume(world), 3, xenBackup);
  const after = look(world, scenario.configuration);
  return {
    served: standbys.filter(
      ({ guest, host }) => after.hosts.get(host)?.records.get(guest)?.state === 'complete',
    ),
    runExitCode: first.exitCode,
    recoverExitCode: recovered.exitCode,
    nextExitCode: next.exitCode,
  };
}

/** Commands that have run in a world since it was made. */
export function boundariesOf(scenario: SweptScenario, { trace }: World): readonly Boundary[] {
  const ownFaults = new FaultScript(scenario.ownFaults);
  return trace.map(({ machine, argv }, index) => ({
    number: index + 1,
    host: machine,
    argv,
    text: commandText(argv),
    isStruck: ownFaults.arm({ machine, argv, number: index + 1 }).at('before').length > 0,
  }));
}

/** Lets a program live to its own end. */
export async function reportOf(
  scenario: SweptScenario,
  simulation: Simulation,
  life: number,
  program: SweptProgram,
  command: 'run' | 'recover' = 'run',
): Promise<RunReport> {
  const { configuration } = scenario;
  const invocation = { command, simulation, configuration, runId: sweepRunId(life) };
  const ending = await live(program, invocation);
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
  const { from } = saidOfGuestAtRest({ world }, configuration);
  return configuration.guests.flatMap(({ name: guest, hosts }) => {
    const domainOn = (host: string) => world.machines.get(host)?.domains.get(guest);
    const source = hosts.find((host) => {
      const domain = domainOn(host);
      return from === undefined ? domain !== undefined && isActive(domain) : host === from;
    });
    if (source === undefined) return [];
    return hosts
      .filter((host) => host !== source && domainOn(host) !== undefined)
      .map((host) => ({ guest, source, host }));
  });
}
