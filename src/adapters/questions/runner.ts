import { isXenBackupError } from '../../core/errors/index.js';
import type { HostName } from '../../core/model/index.js';
import type { Command, CommandResult, CommandRunner } from '../../ports/index.js';
import { askArgv } from './argv.js';
import { questionKind } from './kinds.js';
import { parseAnswers } from './parse.js';

/** As {@link CommandRunner.run} has them. */
const defaultTimeoutMs = 120_000;
const defaultMaxOutputBytes = 16 * 1024 * 1024;

/** A shell's exit code for a tool that is not there: alone, the runner says which one. */
const notFound = 127;

export interface AskingRunnerOptions {
  readonly hostName: HostName;
  readonly runner: CommandRunner;
  /** A fresh mark, 32 hexadecimal digits that nobody can know before. */
  readonly newMark: () => string;
}

/**
 * A runner that lets questions asked at the same moment share one process and one session: on a
 * host that is far away or slow, starting a command costs more than most questions. They are asked
 * one after another then, and each has its own answer. Where anything goes wrong with all of them
 * (one hangs, the shell is killed, an answer is cut off), each is asked once more by itself: they
 * change nothing, and so the fault is told of the one that has it. What changes anything, and what
 * is asked alone, is started as it always was.
 */
export function createAskingRunner(options: AskingRunnerOptions): CommandRunner {
  const asking = new Asking(options);
  return {
    run: (command) => asking.run(command),
    start: (command) => options.runner.start(command),
  };
}

interface Question {
  readonly command: Command;
  readonly answer: (result: Promise<CommandResult>) => void;
}

class Asking {
  readonly #options: AskingRunnerOptions;
  readonly #waiting = new Map<string, Question[]>();

  constructor(options: AskingRunnerOptions) {
    this.#options = options;
  }

  run(command: Command): Promise<CommandResult> {
    const kind = command.stdin === undefined ? questionKind(command.argv) : undefined;
    if (kind === undefined) return this.#options.runner.run(command);
    return new Promise((answer) => {
      const waiting = this.#waiting.get(kind) ?? [];
      this.#waiting.set(kind, [...waiting, { command, answer }]);
      if (waiting.length > 0) return;
      // Runs when all work that is under way has come to its next wait.
      process.nextTick(() => {
        void this.#ask(this.#waiting.get(kind) ?? []);
        this.#waiting.delete(kind);
      });
    });
  }

  async #ask(questions: readonly Question[]): Promise<void> {
    const together = questions.length === 1 ? Promise.resolve([]) : this.#together(questions);
    // Whoever asked hears of a defect, too.
    await together.catch(() => undefined);
    questions.forEach(({ command, answer }, index) => {
      answer(together.then((results) => this.#judged(command, results[index])));
    });
  }

  /** The answer, or what the runner says when it is asked for this alone. */
  #judged(command: Command, result: CommandResult | undefined): Promise<CommandResult> {
    return result === undefined || isForRunner(command, result)
      ? this.#options.runner.run(command)
      : Promise.resolve(result);
  }

  /** Nothing when they have to be asked one by one. */
  async #together(questions: readonly Question[]): Promise<readonly CommandResult[]> {
    const { runner, hostName, newMark } = this.#options;
    const mark = newMark();
    const commands = questions.map(({ command }) => command);
    const argvs = commands.map(({ argv }) => argv);
    const limits = {
      timeoutMs: Math.max(...commands.map(({ timeoutMs = defaultTimeoutMs }) => timeoutMs)),
      maxOutputBytes: commands.map(outputLimit).reduce((sum, bytes) => sum + bytes, 0),
    };
    try {
      const result = await runner.run({ argv: askArgv(mark, argvs), ...limits });
      return parseAnswers(hostName, result, mark, argvs);
    } catch (error) {
      if (isXenBackupError(error)) return [];
      throw error;
    }
  }
}

function outputLimit({ maxOutputBytes = defaultMaxOutputBytes }: Command): number {
  return maxOutputBytes;
}

/** What the runner itself has to say something about. */
function isForRunner(command: Command, { exitCode, stdout, stderr }: CommandResult): boolean {
  const limit = outputLimit(command);
  const isTooLarge = [stdout, stderr].some((text) => Buffer.byteLength(text) > limit);
  return exitCode === notFound || isTooLarge;
}
