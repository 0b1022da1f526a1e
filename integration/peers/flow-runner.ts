import { STOP_RECEIVERS_SCRIPT } from '../../src/adapters/rsync/scripts.js';
import type {
  Argv,
  Command,
  CommandRunner,
  HostRunner,
  RunningCommand,
} from '../../src/ports/index.js';
import { isSender } from './flow-sender.js';

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
