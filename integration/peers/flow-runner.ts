import { STOP_RECEIVERS_SCRIPT } from '../../src/adapters/rsync/scripts.js';
import type {
  Argv,
  Command,
  CommandRunner,
  HostRunner,
  RunningCommand,
} from '../../src/ports/index.js';
import { isSender } from './flow-sender.js';
import { parseTold } from './gate/told.js';

/** A sender that is to run for real. */
export interface PreparedSender {
  readonly argv: Argv;
  /** Called when it has ended, before anybody hears of it. */
  readonly ended: () => void;
}

export interface FlowRunners {
  readonly simulated: HostRunner;
  /** On this machine: senders. */
  readonly here: CommandRunner;
  /** On the peer: the search for receivers. */
  readonly there: CommandRunner;
  readonly prepare: (argv: Argv) => Promise<PreparedSender>;
}

/** Everything goes to the simulated host, except for what copies. */
export function flowRunner({ simulated, here, there, prepare }: FlowRunners): HostRunner {
  return {
    run: (command) =>
      command.argv[2] === STOP_RECEIVERS_SCRIPT ? there.run(command) : simulated.run(command),
    start: async (command) =>
      isSender(command.argv)
        ? startReal(here, command, await prepare(command.argv))
        : simulated.start(command),
    // The others serve both hosts.
    close: () => simulated.close(),
  };
}

/** Each command goes to where it is only told about, and runs here as it arrived there. */
export function toldFirst(told: CommandRunner, runner: HostRunner): HostRunner {
  const arrive = async ({ argv, stdin }: Pick<Command, 'argv' | 'stdin'>) => {
    const said = await told.run({ argv, ...(stdin === undefined ? {} : { stdin }) });
    if (said.exitCode !== 0) throw new Error(`${argv.join(' ')} did not arrive: ${said.stderr}`);
    return parseTold(said.stdout);
  };
  return {
    run: async (command) => {
      const { argv, stdin } = await arrive(command);
      return runner.run({ ...command, argv, ...(command.stdin === undefined ? {} : { stdin }) });
    },
    // What is written to it goes to the command that runs.
    start: async (command) => {
      const { argv } = await arrive({ argv: command.argv });
      return runner.start({ ...command, argv });
    },
    close: () => runner.close(),
  };
}

async function startReal(
  here: CommandRunner,
  command: Command,
  sender: PreparedSender,
): Promise<RunningCommand> {
  const running = await here.start({ ...command, argv: sender.argv });
  const result = running.result.then((ended) => {
    sender.ended();
    return { ...ended, argv: command.argv };
  });
  // Whoever only calls stop() never looks at the result.
  result.catch(() => undefined);
  return {
    argv: command.argv,
    processId: running.processId,
    stdout: running.stdout,
    result,
    write: (text) => running.write(text),
    closeInput: () => running.closeInput(),
    stop: (graceMs) => running.stop(graceMs),
  };
}
