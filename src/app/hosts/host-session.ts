import {
  ownedName,
  type HostName,
  type RunId,
  toXenBackupError,
  XenBackupError,
} from '../../core/index.js';
import type { HeldLock, Host } from '../../ports/index.js';
import { type RunContext, rulesDirectory, runDirectory, runPath } from '../context.js';
import { Counter } from '../counter.js';
import { recordDirectory } from '../standby/records.js';
import { journalDirectory, JournalWriter } from '../steps/journal-writer.js';
import { StepStack } from '../steps/step-stack.js';
import type { IdentifiedHost } from './host-pool.js';

/** Name of the lock that shows a run to be alive on a host. */
export function runLockName(runId: RunId): string {
  return `run-${runId}`;
}

/** Path of a run's udev rule: after the rules that set DM_NAME (55-dm), before those that scan. */
function rulePath(runId: RunId): string {
  return `${rulesDirectory}/56-xen-backup-${runId}.rules`;
}

/** Name and stamp of the n-th object of a run on a host; 0 is the map that proves the rule. */
function ownObject(runId: RunId, number: number) {
  return { name: ownedName(runId, number), uuid: `XENBACKUP-${runId}-${String(number)}` };
}

/**
 * One run on one host: its journal, its own object names, the lock that shows it alive, and what
 * it needs once whatever the number of guests.
 */
export class HostSession {
  readonly host: Host;
  readonly bootId: string;
  readonly #context: RunContext;
  readonly #journal: JournalWriter;
  readonly #names = new Counter();
  readonly #stepIds: Counter;
  readonly #own: StepStack;
  #runLock: HeldLock | undefined;
  readonly #residue: string[] = [];

  private constructor(context: RunContext, identified: IdentifiedHost, stepIds: Counter) {
    this.#context = context;
    this.host = identified.host;
    this.bootId = identified.identity.bootId;
    this.#stepIds = stepIds;
    const { stateDirectory } = context.configuration;
    this.#journal = new JournalWriter(this.host.files, stateDirectory, context.runId, this.bootId);
    this.#own = this.newStack();
  }

  /**
   * Takes the run's lock and keeps udev away from what will be made.
   *
   * @param onLeft - told what remains on the host, in words, when it could not begin.
   */
  static async begin(
    context: RunContext,
    identified: IdentifiedHost,
    stepIds: Counter,
    onLeft: (residue: readonly string[]) => void,
  ): Promise<HostSession> {
    const session = new HostSession(context, identified, stepIds);
    try {
      await session.#begin();
    } catch (error) {
      if (session.#runLock !== undefined) onLeft(await session.end());
      throw error;
    }
    return session;
  }

  get runId(): RunId {
    return this.#context.runId;
  }

  get name(): HostName {
    return this.host.name;
  }

  /** Aborts when the host no longer knows that this run is alive: others may clean up after it. */
  get lost(): AbortSignal {
    return this.#runLock?.lost ?? new AbortController().signal;
  }

  /** A fresh name for a map or a snapshot. */
  nextObject(): { readonly name: string; readonly uuid: string } {
    return ownObject(this.runId, this.#names.next());
  }

  /** A mark for a process of the run on this host: `<run id>-<number>`. */
  nextTag(): string {
    return `${this.runId}-${String(this.#names.next())}`;
  }

  /**
   * A stack of steps on this host, journalled with all others of the run.
   *
   * @param signal - once aborted, no further step is taken; the run's own when absent.
   */
  newStack(signal = this.#context.signal): StepStack {
    const { clock, events } = this.#context;
    return new StepStack({
      host: this.host,
      journal: this.#journal,
      clock,
      events,
      signal,
      stepIds: this.#stepIds,
    });
  }

  /** Remembers what a stack could not take down: the journal stays then. */
  leave(residue: readonly string[]): void {
    this.#residue.push(...residue);
  }

  /** @returns what remains on the host, in words. Never throws. */
  async end(): Promise<readonly string[]> {
    const left = await this.#takeDown();
    try {
      await this.#runLock?.release();
    } catch (error) {
      // Where something else is left as well, that has been said.
      if (left.length === 0) return [`${this.name}: ${toXenBackupError(error).message}`];
    }
    return left;
  }

  async #takeDown(): Promise<readonly string[]> {
    try {
      // While something of ours is there, so is the rule that keeps udev away from it.
      if (this.#residue.length === 0) this.#residue.push(...(await this.#own.unwind()));
      if (this.#residue.length === 0) {
        await this.host.files.removeDirectory(runPath(this.runId));
        await this.#journal.remove();
      } else {
        await this.#journal.flush();
      }
      return this.#residue;
    } catch (error) {
      return [...this.#residue, `${this.name}: ${toXenBackupError(error).message}`];
    }
  }

  async #begin(): Promise<void> {
    const { runId, controller, clock, configuration } = this.#context;
    const { stateDirectory } = configuration;
    // All at once; each of them is made by whoever needs it, too.
    await this.host.files.makeDirectory(
      `${runDirectory}/locks`,
      rulesDirectory,
      journalDirectory(stateDirectory),
      recordDirectory(stateDirectory),
    );
    const attempt = await this.host.locks.tryLock(runLockName(runId), {
      runId,
      controller: controller.nodeName,
      processId: controller.processId,
      since: new Date(clock.now()).toISOString(),
    });
    if (attempt.kind === 'busy') {
      throw new XenBackupError('internal', {
        message: `run id ${runId} is in use on ${this.name}`,
      });
    }
    this.#runLock = attempt.lock;
    const [rule, proof] = await this.#own.announce([
      { kind: 'install-rule', host: this.name, path: rulePath(runId) },
      { kind: 'prove-rule', host: this.name, ...ownObject(runId, 0) },
    ]);
    if (rule !== undefined) await this.#own.perform([rule]);
    if (proof !== undefined) await this.#own.perform([proof]);
    await this.#own.undoLast();
  }
}
