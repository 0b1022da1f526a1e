import type { CommandResult, CommandRunner, RunningCommand } from '../../src/ports/index.js';

/** What a host answers: by the argument vector. */
export type Answer = (argv: readonly string[]) => string;

/** A runner whose commands take no time: what is measured is our own work. */
export function cannedRunner(answer: Answer): CommandRunner {
  return {
    run: async ({ argv }) => result(argv, answer(argv)),
    start: () => Promise.reject(new Error('nothing is started here')),
  };
}

/** A runner that starts one command, which prints the chunks given. */
export function streamingRunner(chunks: () => AsyncIterable<string>): CommandRunner {
  return {
    run: () => Promise.reject(new Error('nothing is run here')),
    start: async ({ argv }): Promise<RunningCommand> => ({
      argv,
      processId: 1,
      stdout: chunks(),
      result: Promise.resolve(result(argv, '')),
      write: () => Promise.resolve(),
      closeInput: () => Promise.resolve(),
      stop: () => Promise.resolve(),
    }),
  };
}

function result(argv: CommandResult['argv'], stdout: string): CommandResult {
  return { argv, exitCode: 0, stdout, stderr: '', durationMs: 0 };
}
