import { readFileSync } from 'node:fs';
import {
  type Command,
  type CommandResult,
  type HostRunner,
  type Configuration,
  run,
  type RunReport,
} from '../../src/index.js';
import { createSimulatedConnector } from '../../src/composition/simulated-connector.js';
import type { SimulatedHosts } from '../../src/composition/simulated-connector.js';
import { commandText } from '../../fakes/faults/command-text.js';
import type { Simulation } from '../../fakes/simulation.js';
import { live } from '../sweep/life.js';
import { SweptScenario } from '../sweep/swept-scenario.js';

/** The lab's pair as a scenario: the article's guest, replicated from dom0a to dom0b. */
const pair = new URL('../lab/tests/pair.yaml', import.meta.url);

/**
 * What starting a command costs on the emulated pair beside its work, whatever the command is:
 * seen 200 to 1,000 ms (integration/lab/FINDINGS.md).
 */
const startCostMs = 400;

/** A command that xen-backup started on a host: one process, or one session of its connection. */
export interface StartedCommand {
  readonly host: string;
  /** As fault scripts see it. */
  readonly text: string;
  /** Since the run began. */
  readonly startMs: number;
  endMs: number;
}

/** What one run did. */
export interface MeasuredRun {
  /** In the order of starting. */
  readonly commands: readonly StartedCommand[];
  /** Of simulated time, with what starting each command costs. */
  readonly durationMs: number;
  readonly report: RunReport;
}

/**
 * Runs of the article's guest on simulated hosts, one after the other: the first finds a standby
 * that no run has served before, the others one with its record and its seal.
 *
 * @param times - how many runs.
 */
export async function measureRuns(times: number): Promise<readonly MeasuredRun[]> {
  const scenario = await SweptScenario.build('pair', readFileSync(pair, 'utf8'));
  const { configuration } = scenario;
  const simulation = scenario.begin([]);
  const runs: MeasuredRun[] = [];
  for (let number = 1; number <= times; number += 1) {
    const commands: StartedCommand[] = [];
    const hosts = watched(simulation, commands);
    const startMs = simulation.clock.elapsedMs();
    const report = await endOf(hosts, configuration, simulation, number);
    runs.push({ commands, durationMs: simulation.clock.elapsedMs() - startMs, report });
    await simulation.settle();
  }
  return runs;
}

async function endOf(
  hosts: SimulatedHosts,
  configuration: Configuration,
  simulation: Simulation,
  number: number,
): Promise<RunReport> {
  const runId = `measure${String(number).padStart(3, '0')}`;
  const program = (): Promise<RunReport> =>
    run({ configuration, connector: createSimulatedConnector(hosts, configuration), runId });
  const ending = await live(program, { command: 'run', simulation, configuration, runId });
  if (ending.kind !== 'ended') throw new Error(`run ${String(number)}: ${ending.kind}`);
  return ending.report;
}

/** The same hosts; what is started on them is written down, and costs what it costs. */
function watched(simulation: Simulation, commands: StartedCommand[]): SimulatedHosts {
  const { clock } = simulation;
  const beganMs = clock.elapsedMs();
  const begin = async (host: string, { argv }: Command): Promise<StartedCommand> => {
    const startMs = clock.elapsedMs() - beganMs;
    const command = { host, text: commandText(argv), startMs, endMs: startMs };
    commands.push(command);
    await clock.sleep(startCostMs);
    return command;
  };
  const end = (command: StartedCommand) => {
    command.endMs = clock.elapsedMs() - beganMs;
  };
  const watch = (host: string, runner: HostRunner): HostRunner => ({
    run: async (command): Promise<CommandResult> => {
      const started = await begin(host, command);
      return runner.run(command).finally(() => {
        end(started);
      });
    },
    start: async (command) => {
      const started = await begin(host, command);
      const running = await runner.start(command);
      const ended = () => {
        end(started);
      };
      running.result.then(ended, ended);
      return running;
    },
    close: () => runner.close(),
  });
  return {
    clock,
    actingHost: (configuration) => simulation.actingHost(configuration),
    connect: async (host) => watch(host.name, await simulation.connect(host)),
  };
}
