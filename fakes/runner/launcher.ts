import type { Argv } from '../../src/ports/index.js';
import {
  type CommandEntry,
  type CommandOutcome,
  type CommandTable,
  failed,
  notSimulated,
  type SpawnedProcess,
  type SpawnPipes,
} from '../commands/types.js';
import type { ArmedFaults, FaultScript } from '../faults/script.js';
import { CommandFaults } from '../faults/strike.js';
import type { Machine, SimulatedProcess, TraceEntry, World } from '../world/state.js';
import type { Controller } from './controller.js';
import { usualDurationMs } from './durations.js';
import { type Pipe, readAll } from './pipe.js';
import { addProcess, ProcessKilled, removeProcess, signalProcess } from './processes.js';

export interface LaunchRequest {
  readonly machine: Machine;
  readonly argv: Argv;
  /** What stdin will hold, for the trace. */
  readonly input?: string;
  readonly stdin: Pipe;
  readonly stdout: Pipe;
  /** Whether whoever holds the other ends of its pipes lives and can be heard. Default: yes. */
  readonly connected?: () => boolean;
  /** In whose session it runs. Default: one of its own. */
  readonly parent?: SimulatedProcess;
  /** The life of xen-backup that asked for it; absent for what starts by itself. */
  readonly controller?: Controller;
}

/** A process that runs. */
export interface LaunchedProcess {
  readonly process: SimulatedProcess;
  /** How it ended; 128+N when a signal did it. */
  readonly ended: Promise<CommandOutcome>;
}

/** The simulated kernels' fork and exec: runs argv on a machine, with its faults and its time. */
export class Launcher {
  readonly world: World;
  readonly faults: FaultScript;
  readonly #tools: CommandTable;

  constructor(world: World, faults: FaultScript, tools: CommandTable) {
    this.world = world;
    this.faults = faults;
    this.#tools = tools;
  }

  launch(request: LaunchRequest): LaunchedProcess {
    const { machine, argv, parent } = request;
    const process = addProcess(machine, { argv, ...(parent === undefined ? {} : { parent }) });
    const trace: TraceEntry = {
      machine: machine.name,
      processId: process.processId,
      argv,
      stdin: request.input ?? '',
      startMs: this.world.clock.elapsedMs(),
    };
    this.world.trace.push(trace);
    const execution = new Execution(this, request, process, this.world.trace.length);
    const ended = execution.run().then((outcome) => {
      trace.endMs = this.world.clock.elapsedMs();
      trace.exitCode = outcome.exitCode;
      removeProcess(machine, process);
      request.stdout.push(outcome.stdout);
      request.stdout.end();
      return outcome;
    });
    return { process, ended };
  }

  entryFor(machine: Machine, tool: string): CommandEntry | 'not-installed' | 'unknown' {
    if (!machine.tools.has(tool)) return 'not-installed';
    return Object.hasOwn(this.#tools, tool) ? (this.#tools[tool] ?? 'unknown') : 'unknown';
  }
}

function killedBy(signal: AbortSignal): ProcessKilled {
  return signal.reason instanceof ProcessKilled ? signal.reason : new ProcessKilled('KILL');
}

/** One process from its start to its end. */
class Execution {
  readonly #launcher: Launcher;
  readonly #request: LaunchRequest;
  readonly #process: SimulatedProcess;
  readonly #number: number;
  readonly #killed: Promise<never>;
  readonly #armed: ArmedFaults[] = [];
  readonly #faults: CommandFaults;

  constructor(
    launcher: Launcher,
    request: LaunchRequest,
    process: SimulatedProcess,
    number: number,
  ) {
    this.#launcher = launcher;
    this.#request = request;
    this.#process = process;
    this.#number = number;
    this.#faults = new CommandFaults(request.machine, process, request.controller);
    this.#killed = new Promise((_resolve, reject) => {
      const { signal } = process.killed;
      signal.addEventListener('abort', () => {
        reject(killedBy(signal));
      });
    });
    // Most processes end without being killed; nobody waits for this then.
    this.#killed.catch(() => undefined);
  }

  async run(): Promise<CommandOutcome> {
    try {
      return await this.#command(this.#request.argv, this.#number);
    } catch (error) {
      if (error instanceof ProcessKilled) return failed(error.exitCode, '');
      throw error;
    }
  }

  async #command(argv: Argv, number?: number): Promise<CommandOutcome> {
    const { machine } = this.#request;
    const command = { machine: machine.name, argv, ...(number === undefined ? {} : { number }) };
    const armed = this.#launcher.faults.arm(command);
    const struck = await this.#faults.before(armed);
    if (struck !== undefined) return struck;
    await this.#wait(usualDurationMs(argv));
    this.#armed.push(armed);
    const outcome = await this.#tool(argv);
    this.#armed.pop();
    return this.#faults.after(armed, outcome);
  }

  async #tool(argv: Argv): Promise<CommandOutcome> {
    const { machine, stdin } = this.#request;
    const entry = this.#launcher.entryFor(machine, argv[0]);
    if (entry === 'not-installed') return failed(127, `${argv[0]}: not found\n`);
    if (entry === 'unknown') return notSimulated(argv);
    if (entry.kind === 'plain') {
      // A tool that nobody feeds does not wait for somebody to do it.
      const input = stdin.ended ? await readAll(stdin) : '';
      return this.#orKilled(entry.run(machine, argv, input));
    }
    return this.#unlessKilledHard(
      entry.run(machine, argv, {
        processId: this.#process.processId,
        print: (text) => {
          this.#print(text);
        },
        input: stdin,
        killed: this.#process.killed.signal,
        connected: this.#request.connected ?? (() => true),
        exec: (next) => this.#command(next),
        spawn: (place, command, pipes) => this.#spawn(place, command, pipes),
        reached: (share) => this.#faults.during(this.#armed, share),
      }),
    );
  }

  #spawn(machine: Machine, argv: Argv, pipes: SpawnPipes): SpawnedProcess {
    const { controller } = this.#request;
    const asked = {
      ...(controller === undefined ? {} : { controller }),
      ...(pipes.session === undefined ? {} : { parent: this.#process }),
    };
    const { process, ended } = this.#launcher.launch({ machine, argv, ...pipes, ...asked });
    return { processId: process.processId, ended };
  }

  #print(text: string): void {
    const { stdout } = this.#request;
    if (stdout.broken) signalProcess(this.#process, 'PIPE');
    else stdout.push(text);
  }

  #wait(durationMs: number): Promise<void> {
    return this.#launcher.world.clock.sleep(durationMs, this.#process.killed.signal);
  }

  #orKilled<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#killed]);
  }

  /** A tool that reads its signals (rsync) ends in its own way, but not after SIGKILL. */
  #unlessKilledHard<T>(work: Promise<T>): Promise<T> {
    const hard = this.#killed.catch((error: unknown): Promise<never> => {
      const kill = error instanceof ProcessKilled && error.signal === 'KILL';
      return kill ? Promise.reject(error) : new Promise(() => undefined);
    });
    return Promise.race([work, hard]);
  }
}
