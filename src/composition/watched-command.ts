import type { CommandResult, RunningCommand } from '../ports/index.js';

/** What is put around a running command. */
interface CommandWatch {
  /** Around its end. */
  readonly result: (result: Promise<CommandResult>) => Promise<CommandResult>;
  /** Around each attempt to stop it. Default: nothing. */
  readonly stop?: (stop: () => Promise<void>) => Promise<void>;
}

/** The same running command, with somebody who is told how it ends. */
export function watchedCommand(running: RunningCommand, watch: CommandWatch): RunningCommand {
  const result = watch.result(running.result);
  // Whoever only calls stop() never looks at the result.
  result.catch(() => undefined);
  return {
    argv: running.argv,
    processId: running.processId,
    stdout: running.stdout,
    result,
    write: (text) => running.write(text),
    closeInput: () => running.closeInput(),
    stop: (graceMs) => {
      const stop = () => running.stop(graceMs);
      return watch.stop === undefined ? stop() : watch.stop(stop);
    },
  };
}
