import { commandText } from '../../fakes/faults/command-text.js';
import type { FaultRule } from '../../fakes/faults/types.js';
import type { Simulation } from '../../fakes/simulation.js';
import { XenBackupError } from '../../src/index.js';
import { comeToRest, endProcesses, healNetwork, loseJournals } from './aftermath.js';
import { judgeEnding } from './exit-judge.js';
import { commandFault, type FaultKind, isDeath } from './fault-kinds.js';
import { judgeJournals } from './journal-judge.js';
import { judgeDone, judgeLeft, judgeSafety } from './judge.js';
import { type Ending, live } from './life.js';
import { look, type Sight } from './look.js';
import { type Boundary, sweepRunId, type Undisturbed } from './undisturbed.js';

/** One fault at one command of one scenario. */
export interface SweptCase {
  readonly undisturbed: Undisturbed;
  readonly boundary: Boundary;
  readonly kind: FaultKind;
}

/** Lets the fault happen, then `recover`, then a run, and judges the world after each. */
export function runCase(swept: SweptCase): Promise<readonly string[]> {
  return new CaseRun(swept).run();
}

const faultName = 'swept';

class CaseRun {
  readonly #case: SweptCase;
  readonly #undisturbed: Undisturbed;
  readonly #abort = new AbortController();
  readonly #findings: string[] = [];
  readonly #simulation: Simulation;
  #lives: number;
  #rival: Promise<Ending> | undefined;

  constructor(swept: SweptCase) {
    this.#case = swept;
    this.#undisturbed = swept.undisturbed;
    const { scenario, earlierLives } = swept.undisturbed;
    this.#lives = earlierLives;
    this.#simulation = scenario.begin([...scenario.ownFaults, this.#rule()]);
  }

  async run(): Promise<readonly string[]> {
    const ending = await this.#live(
      this.#undisturbed.command,
      this.#simulation,
      this.#abort.signal,
    );
    if (!this.#hasStruck()) return ['the fault did not strike the command that was meant'];
    if (ending.kind === 'endless') endProcesses(this.#simulation.world);
    await this.#rest(this.#simulation);
    this.#judgeFirst(ending, await this.#rivalEnding());
    const { kind } = this.#case;
    if (kind === 'kill-unlogged') loseJournals(this.#simulation.world, this.#stateDirectory);
    if (kind !== 'kill-rerun') {
      await this.#again('recover', this.#undisturbed.recoverExitCode);
      this.#judgeSafety('recover', 'nothing is left');
    }
    const sight = this.#look();
    if (this.#undisturbed.verified.knows(sight)) return this.#findings;
    const soFar = this.#findings.length;
    await this.#again('run', this.#undisturbed.nextExitCode);
    const last = this.#judgeSafety('the next run', 'nothing is left');
    this.#find('the next run', judgeDone(last, this.#undisturbed.served));
    if (this.#findings.length > soFar) this.#undisturbed.verified.forget(sight);
    return this.#findings;
  }

  /** What strikes: a fault of the command itself, or something that happens at that moment. */
  #rule(): FaultRule {
    const { kind, boundary } = this.#case;
    const match = { number: boundary.number, occurrence: 1 };
    const fault = commandFault(kind, boundary.argv);
    if (fault !== undefined) return { name: faultName, match, ...fault };
    const moment = { kind: 'before' } as const;
    if (kind === 'cut') return { name: faultName, match, moment, effect: { kind: 'cut-network' } };
    const happen = kind === 'rival' ? this.#startRival : this.#terminate;
    return { name: faultName, match, moment, effect: { kind: 'happen', happen } };
  }

  readonly #terminate = (): void => {
    const details = { signalNumber: 15 };
    this.#abort.abort(new XenBackupError('interrupted', { message: 'SIGTERM', details }));
  };

  readonly #startRival = (): void => {
    const rival = this.#undisturbed.scenario.resume(this.#simulation.world);
    const command = this.#case.boundary.number % 2 === 0 ? 'run' : 'recover';
    this.#rival = this.#live(command, rival).finally(() => {
      rival.kill();
    });
  };

  async #rivalEnding(): Promise<Ending | undefined> {
    const ending = await this.#rival;
    if (ending !== undefined) await this.#rest(this.#simulation);
    return ending;
  }

  #hasStruck(): boolean {
    const { boundary } = this.#case;
    const entry = this.#simulation.world.trace[boundary.number - 1];
    return (
      !this.#simulation.faults.unused().includes(faultName) &&
      entry?.machine === boundary.host &&
      commandText(entry.argv) === boundary.text
    );
  }

  /** A run that ended by itself says what is left; one that a signal ended leaves nothing. */
  #judgeFirst(ending: Ending, rival: Ending | undefined): void {
    const { kind } = this.#case;
    const { before, command, journals, served, runExitCode } = this.#undisturbed;
    this.#find('the run', judgeEnding(ending, this.#allowed()));
    const sight = this.#judgeSafety('the run');
    if (isDeath(kind) && journals === 'kept') {
      const { world } = this.#simulation;
      this.#find('death', judgeJournals(world, before, this.#stateDirectory));
    }
    if (rival !== undefined) {
      this.#find('the rival', judgeEnding(rival, [runExitCode, 0, 3, 10]));
      const { ownFaults } = this.#undisturbed.scenario;
      if (ownFaults.length === 0 && command === 'run') {
        this.#find('the run and its rival', judgeDone(sight, served));
      }
    }
    if (ending.kind !== 'ended') return;
    const { exitCode, residue } = ending.report;
    // A tool that lies is believed: what it says it removed is found by recover.
    if (kind === 'term' || (residue.length === 0 && kind !== 'lie')) {
      this.#find('a run that names no residue', judgeLeft(before, sight));
    }
    if (exitCode === 0 && command === 'run') {
      this.#find('a run with exit code 0', judgeDone(sight, served));
    }
  }

  #allowed(): readonly number[] {
    const { kind } = this.#case;
    const { runExitCode } = this.#undisturbed;
    if (kind === 'term') return [128 + 15];
    return kind === 'rival' ? [runExitCode, 3, 10] : [runExitCode, 10];
  }

  async #again(command: 'run' | 'recover', exitCode: number): Promise<void> {
    const simulation = this.#undisturbed.scenario.resume(this.#simulation.world);
    const ending = await this.#live(command, simulation);
    if (ending.kind === 'endless') endProcesses(simulation.world);
    await this.#rest(simulation);
    this.#find(command, judgeEnding(ending, [exitCode]));
  }

  #live(command: 'run' | 'recover', simulation: Simulation, signal?: AbortSignal): Promise<Ending> {
    const { program, scenario } = this.#undisturbed;
    this.#lives += 1;
    return live(program, {
      command,
      simulation,
      configuration: scenario.configuration,
      runId: sweepRunId(this.#lives),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  async #rest(simulation: Simulation): Promise<void> {
    simulation.kill();
    healNetwork(simulation.world, this.#undisturbed.scenario.world);
    await comeToRest(simulation);
  }

  #judgeSafety(when: string, rest?: 'nothing is left'): Sight {
    const { before, standbys } = this.#undisturbed;
    const sight = this.#look();
    this.#find(when, judgeSafety(before, sight, standbys));
    if (rest !== undefined) this.#find(when, judgeLeft(before, sight));
    return sight;
  }

  #look(): Sight {
    return look(this.#simulation.world, this.#undisturbed.scenario.configuration);
  }

  #find(when: string, findings: readonly string[]): void {
    this.#findings.push(...findings.map((finding) => `after ${when}: ${finding}`));
  }

  get #stateDirectory(): string {
    return this.#undisturbed.scenario.configuration.stateDirectory;
  }
}
