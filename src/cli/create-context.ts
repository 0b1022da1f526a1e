import { loadConfiguration, type LoadedConfiguration } from '../config/index.js';
import { createSimulatedConnector } from '../composition/simulated-connector.js';
import { systemClock } from '../composition/system-clock.js';
import { toXenBackupError, XenBackupError } from '../core/index.js';
import type { CliEnvironment } from './environment.js';
import { type ExitCode, gravest } from './exit-codes.js';
import { type GlobalOptions, verbosityOf } from './global-options.js';
import { createLogs, type Logs } from './logs.js';
import type { ProgramContext } from './program-context.js';
import { loadSimulation, type Simulation } from './simulation.js';
import { Screen } from './terminal/screen.js';

/** A context, and what the program does with it around a command. */
export interface OwnedContext {
  readonly context: ProgramContext;
  /** What the command finished with; `undefined` when none was run. */
  readonly exitCode: ExitCode | undefined;
  /** Keeps the simulated world where that is wanted, and hands over all logs. */
  close(): Promise<void>;
}

/**
 * The context of one invocation. Options are known only when commander has read them, and commands
 * are registered before: so everything is looked up when it is used.
 */
export function createContext(
  environment: CliEnvironment,
  globalOptions: () => GlobalOptions,
): OwnedContext {
  const screen = new Screen(environment.terminal);
  let exitCode: ExitCode | undefined;
  let logs: Logs | undefined;
  let simulation: Promise<Simulation> | undefined;
  const openLogs = (): Logs => {
    logs ??= createLogs(screen, globalOptions());
    return logs;
  };
  const openSimulation = (): Promise<Simulation> | undefined => {
    const { simulate, world } = globalOptions();
    if (simulate === undefined) return undefined;
    simulation ??= readScenario(environment, simulate, world);
    return simulation;
  };
  const context: ProgramContext = {
    stdout: (text) => {
      screen.out(text);
    },
    stderr: (text) => {
      screen.error(text);
    },
    get colours() {
      return screen.outColours;
    },
    reportError: (thrown) => {
      openLogs().reportError(toXenBackupError(thrown));
    },
    files: environment.files,
    configurationRequest: () => requestOf(globalOptions()),
    readConfiguration: async () =>
      readConfiguration(environment, globalOptions(), await openSimulation()),
    openConnector: (configuration) => context.openHosts(configuration, { clock: systemClock }),
    finish: (code) => {
      exitCode = gravest(code, exitCode ?? code);
    },
    get globals() {
      return globalOptions();
    },
    get verbosity() {
      return verbosityOf(globalOptions());
    },
    screen,
    log: {
      write: (record) => {
        openLogs().write(record);
      },
    },
    signals: environment.signals,
    simulation: async () => openSimulation(),
    openHosts: async (configuration, request) => {
      const simulated = await openSimulation();
      return simulated === undefined
        ? environment.connectReal(configuration, request)
        : createSimulatedConnector(simulated, configuration, request);
    },
  };
  return {
    context,
    get exitCode() {
      return exitCode;
    },
    close: async () => {
      const { world } = globalOptions();
      if (world !== undefined && simulation !== undefined) {
        await environment.worlds.write(world, await (await simulation).save());
      }
      await logs?.close();
    },
  };
}

function requestOf({ config, confDir }: GlobalOptions) {
  return {
    ...(config === undefined ? {} : { file: config }),
    ...(confDir === undefined ? {} : { confDirectory: confDir }),
  };
}

async function readConfiguration(
  { files }: CliEnvironment,
  globals: GlobalOptions,
  simulation: Simulation | undefined,
): Promise<LoadedConfiguration> {
  const request = requestOf(globals);
  const isNamed = globals.config !== undefined || globals.confDir !== undefined;
  if (simulation === undefined || isNamed) return loadConfiguration(files, request);
  const { simulate = '' } = globals;
  if (simulation.told !== undefined) return { ...simulation.told, files: [simulate] };
  throw new XenBackupError('configuration-missing', {
    message: `${simulate} has no configuration`,
    remedy: 'Add configuration: to the scenario, or name one with --config.',
  });
}

/** @throws `scenario-invalid`. */
async function readScenario(
  { files, worlds }: CliEnvironment,
  file: string,
  worldFile: string | undefined,
): Promise<Simulation> {
  const reading = await files.readText(file);
  if (reading.kind !== 'text') {
    const reason = reading.kind === 'absent' ? 'there is no such file' : reading.reason;
    throw new XenBackupError('scenario-invalid', {
      message: `${file}: ${reason}`,
      remedy: 'Name a scenario file with --simulate.',
    });
  }
  const saved = worldFile === undefined ? undefined : await worlds.read(worldFile);
  const world = saved === undefined ? {} : { world: { text: saved, file: worldFile ?? '' } };
  return loadSimulation({ text: reading.text, file, ...world });
}
