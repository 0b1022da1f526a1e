import type { Command, CommandResult, HostRunner, RunningCommand } from '../../src/ports/index.js';
import type { CommandOutcome } from '../commands/types.js';
import { canReach, watchLink, whenReachable } from '../network/links.js';
import { keepAliveMs } from '../network/types.js';
import type { Machine } from '../world/state.js';
import type { SimulatedClock } from '../world/clock.js';
import type { Controller } from './controller.js';
import type { LaunchedProcess, Launcher } from './launcher.js';
import { Pipe, pipeOf } from './pipe.js';
import { RunnerErrors } from './runner-errors.js';
import { stopSession } from './stop-session.js';

const defaultTimeoutMs = 120_000;
const defaultMaxOutputBytes = 16 * 1024 * 1024;
const defaultGraceMs = 5_000;
const closingGraceMs = 1_000;

export interface SimulatedRunnerOptions {
  readonly launcher: Launcher;
  readonly machine: Machine;
  readonly controller: Controller;
  /** The host's name in messages. */
  readonly host: string;
}

/** A command of ours on its way: the process and this side's ends of its pipes. */
interface Started extends LaunchedProcess {
  readonly stdin: Pipe;
  readonly stdout: Pipe;
}

/**
 * The {@link HostRunner} of a simulated host. Local when xen-backup runs on that machine, else
 * over SSH: then the network is between, and a command outlives the connection it came over.
 */
export class SimulatedRunner implements HostRunner {
  readonly #options: SimulatedRunnerOptions;
  readonly #errors: RunnerErrors;
  readonly #atWork = new Set<() => Promise<void>>();
  #closing: Promise<void> | undefined;

  constructor(options: SimulatedRunnerOptions) {
    this.#options = options;
    this.#errors = new RunnerErrors(options.host);
  }

  async run(command: Command): Promise<CommandResult> {
    const startedMs = this.#clock.elapsedMs();
    const started = await this.#begin(command, pipeOf(textOf(command.stdin)));
    const { maxOutputBytes = defaultMaxOutputBytes, timeoutMs = defaultTimeoutMs } = command;
    const output = collect(this.#heard(started.stdout), maxOutputBytes);
    const ended = this.#heardEnd(started).then(async (outcome) => ({
      outcome,
      stdout: await output.text,
    }));
    const tooMuch = output.overflow.then(() => 'too-large' as const);
    ended.catch(() => undefined);
    const first = await this.#firstOf<Awaited<typeof ended> | 'too-large'>(
      [ended, tooMuch],
      timeoutMs,
    );
    if (typeof first === 'object' && Buffer.byteLength(first.outcome.stderr) <= maxOutputBytes) {
      const { exitCode, stderr } = first.outcome;
      const durationMs = this.#clock.elapsedMs() - startedMs;
      return { argv: command.argv, exitCode, stdout: first.stdout, stderr, durationMs };
    }
    await this.#stop(started, command, defaultGraceMs);
    throw first === 'expired'
      ? this.#errors.timedOut(command, timeoutMs)
      : this.#errors.tooLarge(command, maxOutputBytes);
  }

  async start(command: Command): Promise<RunningCommand> {
    const startedMs = this.#clock.elapsedMs();
    const stdin = command.stdin === undefined ? new Pipe() : pipeOf(textOf(command.stdin));
    const started = await this.#begin(command, stdin);
    const result = this.#follow(started, command).then(({ exitCode, stderr }) => {
      const durationMs = this.#clock.elapsedMs() - startedMs;
      return { argv: command.argv, exitCode, stdout: '', stderr, durationMs };
    });
    // Whoever only calls stop() never looks at the result.
    result.catch(() => undefined);
    const { processId } = started.process;
    return {
      argv: command.argv,
      processId,
      stdout: this.#heard(started.stdout),
      result,
      write: async (text) => {
        this.#options.controller.requireAlive();
        const { machine } = this.#options;
        if (!machine.processes.has(processId)) throw this.#errors.noInput(command);
        stdin.push(text);
      },
      closeInput: async () => {
        this.#options.controller.requireAlive();
        stdin.end();
      },
      stop: (graceMs = defaultGraceMs) => this.#stop(started, command, graceMs),
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#endAll();
    return this.#closing;
  }

  /** As the real runner does: all at the same time, and the worst that was heard is told. */
  async #endAll(): Promise<void> {
    const stopped = await Promise.allSettled([...this.#atWork].map((stop) => stop()));
    const errors = stopped.flatMap((result): unknown[] =>
      result.status === 'rejected' ? [result.reason] : [],
    );
    if (errors.length === 0) return;
    this.#options.controller.requireAlive();
    throw this.#errors.notClosed(errors);
  }

  get #clock(): SimulatedClock {
    return this.#options.machine.world.clock;
  }

  async #begin(command: Command, stdin: Pipe): Promise<Started> {
    const { launcher, machine, controller } = this.#options;
    controller.requireAlive();
    await this.#connection();
    if (this.#closing !== undefined) throw this.#errors.closed();
    if (launcher.entryFor(machine, command.argv[0]) === 'not-installed') {
      throw this.#errors.notInstalled(command);
    }
    const stdout = new Pipe();
    const input = textOf(command.stdin);
    const connected = (): boolean =>
      controller.alive && canReach(machine.world, controller.machine, machine.name);
    const request = { machine, argv: command.argv, input, stdin, stdout, controller, connected };
    const started = { ...launcher.launch(request), stdin, stdout };
    this.#closeWhenWeDie(started);
    const stop = (): Promise<void> => this.#stop(started, command, closingGraceMs);
    this.#atWork.add(stop);
    void started.ended.finally(() => this.#atWork.delete(stop));
    return started;
  }

  /** An established connection gives up after its keep-alive, not at once. */
  async #connection(): Promise<void> {
    const { machine, controller } = this.#options;
    if (canReach(machine.world, controller.machine, machine.name)) return;
    const watch = watchLink(machine.world, controller.machine, machine.name, keepAliveMs);
    try {
      await controller.orDeath(watch.silent);
    } finally {
      watch.stop();
    }
    throw this.#errors.unreachable();
  }

  /** Our ends of the pipes close with us; over a silent network nobody at the far end hears. */
  #closeWhenWeDie({ stdin, stdout, ended }: Started): void {
    const { machine, controller } = this.#options;
    const forget = controller.onDeath(() => {
      if (!canReach(machine.world, controller.machine, machine.name)) return;
      stdin.end();
      stdout.break();
    });
    void ended.finally(forget);
  }

  /** Nothing is heard over a network that is down; what was said meanwhile comes afterwards. */
  async *#heard(stdout: Pipe): AsyncGenerator<string> {
    for await (const chunk of stdout) {
      await this.#reachable();
      yield chunk;
    }
    await this.#reachable();
  }

  async #heardEnd({ ended }: Started): Promise<CommandOutcome> {
    const outcome = await ended;
    await this.#reachable();
    return outcome;
  }

  /** Waits for a network that is down, as long as the connection has patience. */
  async #reachable(): Promise<void> {
    const { machine, controller } = this.#options;
    const { world, name } = machine;
    if (canReach(world, controller.machine, name)) return;
    const watch = watchLink(world, controller.machine, name, keepAliveMs);
    const back = whenReachable(world, controller.machine, name);
    const silent = watch.silent.then(() => 'silent' as const);
    try {
      const first = await controller.orDeath(Promise.race([back.reachable, silent]));
      if (first === 'silent') throw this.#errors.unreachable();
    } finally {
      watch.stop();
      back.stop();
    }
  }

  async #follow(started: Started, command: Command): Promise<CommandOutcome> {
    const { timeoutMs } = command;
    const first = await this.#firstOf([this.#heardEnd(started)], timeoutMs);
    if (first !== 'expired') return first;
    await this.#stop(started, command, defaultGraceMs);
    throw this.#errors.timedOut(command, timeoutMs ?? 0);
  }

  /**
   * What comes first: an end, or the time limit.
   *
   * @throws XenBackupError `host-unreachable` when the connection dies before; SimulatedDeath.
   */
  async #firstOf<T>(ends: readonly Promise<T>[], timeoutMs?: number): Promise<T | 'expired'> {
    const { machine, controller } = this.#options;
    const watch = watchLink(machine.world, controller.machine, machine.name, keepAliveMs);
    let cancel = (): void => undefined;
    const expired = new Promise<'expired'>((resolve) => {
      if (timeoutMs === undefined) return;
      cancel = this.#clock.schedule(timeoutMs, () => {
        resolve('expired');
      });
    });
    const lost = watch.silent.then(() => 'lost' as const);
    try {
      const first = await controller.orDeath(Promise.race([...ends, expired, lost]));
      if (first === 'lost') throw this.#errors.unreachable();
      return first;
    } finally {
      watch.stop();
      cancel();
    }
  }

  /** Ends a session and proves it, by asking the machine itself. */
  async #stop({ process }: Started, command: Command, graceMs: number): Promise<void> {
    const { machine, controller } = this.#options;
    controller.requireAlive();
    await this.#connection().catch((error: unknown) => {
      if (!controller.alive) throw error;
      throw this.#errors.unproven(command, process.processId, error);
    });
    const proof = await controller.orDeath(stopSession(machine, process.sessionId, graceMs));
    if (proof === 'survivors') throw this.#errors.unproven(command, process.processId);
  }
}

/** Reads all of a pipe, and tells when it gets too much. */
function collect(
  pipe: AsyncIterable<string>,
  maxBytes: number,
): { readonly text: Promise<string>; readonly overflow: Promise<void> } {
  let tell = (): void => undefined;
  const overflow = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const read = async (): Promise<string> => {
    let text = '';
    for await (const chunk of pipe) {
      if (text.length + chunk.length > maxBytes) tell();
      else text += chunk;
    }
    return text;
  };
  const text = read();
  // When the connection is lost nobody waits for the rest.
  text.catch(() => undefined);
  return { text, overflow };
}

function textOf(stdin: string | Uint8Array | undefined): string {
  if (stdin === undefined) return '';
  return typeof stdin === 'string' ? stdin : Buffer.from(stdin).toString('utf8');
}
