import {
  inverse,
  isXenBackupError,
  type NumberedStep,
  type PlacedUndo,
  type Step,
  stopsGuest,
  toXenBackupError,
  XenBackupError,
  together,
} from '../../core/index.js';
import type { Clock, EventSink, Host } from '../../ports/index.js';
import type { Counter } from '../counter.js';
import type { JournalWriter } from './journal-writer.js';
import { perform, type StepEffect } from './perform.js';
import { takeUndo, type UndoEffect } from './undo.js';

export interface StepStackInit {
  readonly host: Host;
  readonly journal: JournalWriter;
  readonly clock: Clock;
  readonly events: EventSink;
  readonly signal: AbortSignal;
  readonly stepIds: Counter;
}

/** What is told of steps while they are being done. */
export interface StepWatch {
  /** One of them has failed; others still go on. */
  readonly onFailed?: () => void;
  /** A snapshot exists. */
  readonly onTaken?: () => void;
}

/**
 * The interpreter of steps on one host: takes them, remembers them, and takes them back in exactly
 * the reverse order. Recovering a dead run is the same `unwind` on a stack read from its journal.
 */
export class StepStack {
  readonly #init: StepStackInit;
  readonly #taken: NumberedStep[] = [];
  readonly #undone: PlacedUndo[] = [];
  readonly #history: NumberedStep[] = [];
  /** Maps that were made together with this one, itself included, by the numbers of their steps. */
  readonly #beside = new Map<number, ReadonlySet<number>>();

  constructor(init: StepStackInit, alreadyTaken: readonly NumberedStep[] = []) {
    this.#init = init;
    this.#taken.push(...alreadyTaken);
  }

  /** Every step ever taken, in order. */
  get history(): readonly NumberedStep[] {
    return this.#history;
  }

  /** Every undo taken, in order. */
  get undone(): readonly PlacedUndo[] {
    return this.#undone;
  }

  async take(step: Step): Promise<StepEffect> {
    const [effect] = await this.takeTogether([step]);
    return effect ?? { kind: 'none' };
  }

  /**
   * Takes independent steps at the same time: their intentions share one append. When one fails
   * the others still come to their end, then its error is thrown; all of them stay to be undone.
   */
  async takeTogether(steps: readonly Step[]): Promise<readonly StepEffect[]> {
    const numbered = await this.announce(steps);
    const maps = numbered.filter(({ kind }) => kind === 'create-map').map(({ id }) => id);
    for (const id of maps) this.#beside.set(id, new Set(maps));
    return this.perform(numbered);
  }

  /**
   * Writes down what is going to be done, without doing it yet: what must not wait for the disk
   * between its steps is announced before the first of them. All of it is undone, done or not.
   */
  async announce(steps: readonly Step[]): Promise<readonly NumberedStep[]> {
    throwIfInterrupted(this.#init.signal);
    const numbered = steps.map(
      (step): NumberedStep => ({ ...step, id: this.#init.stepIds.next() }),
    );
    // Invariant 3: the intention is on the disk before the effect.
    await this.#init.journal.write('intent', numbered);
    this.#taken.push(...numbered);
    this.#history.push(...numbered);
    return numbered;
  }

  /**
   * Does at the same time what was announced. See {@link takeTogether} for what fails.
   *
   * @param watch - told what happens before all of them have come to their end.
   */
  async perform(
    steps: readonly NumberedStep[],
    watch: StepWatch = {},
  ): Promise<readonly StepEffect[]> {
    const results = await Promise.allSettled(
      steps.map((step) =>
        this.#perform(step, watch.onTaken).catch((error: unknown): never => {
          watch.onFailed?.();
          throw error;
        }),
      ),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw toXenBackupError(failed.reason);
    return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  }

  /** Takes back the last step only. */
  async undoLast(): Promise<void> {
    const step = this.#taken.at(-1);
    if (step !== undefined) await this.#undo(step);
  }

  /** Takes back one step that nothing else stands on. */
  async takeBack(step: NumberedStep): Promise<UndoEffect> {
    return this.#undo(step);
  }

  /**
   * Takes back everything in reverse order. A step that cannot be taken back stops the unwinding
   * of what lies beneath it: what it holds open cannot be removed anyway. What remains stays in
   * the journal. Guests that stand still are let go on before anything else; one that cannot be is
   * tried once more in its turn, and keeps its timer.
   *
   * @returns what remains, in words; empty when all is gone. Never throws.
   */
  async unwind(): Promise<readonly string[]> {
    await this.#releaseGuests();
    while (this.#taken.length > 0) {
      try {
        await together(this.#topmost().map((step) => this.#undo(step)));
      } catch (error) {
        await this.#saveJournal();
        const reason = toXenBackupError(error).message;
        return this.#taken
          .map((left) => `${left.host}: ${describeStep(left)} (${reason})`)
          .reverse();
      }
    }
    return [];
  }

  /** The last step, with the maps that were made together with it: none stands on another. */
  #topmost(): readonly NumberedStep[] {
    const beside = this.#beside.get(this.#taken.at(-1)?.id ?? -1);
    const at = this.#taken.findLastIndex(({ id }) => beside?.has(id) !== true);
    return beside === undefined ? this.#taken.slice(-1) : this.#taken.slice(at + 1).toReversed();
  }

  async #releaseGuests(): Promise<void> {
    for (const step of this.#taken.filter(stopsGuest).toReversed()) {
      // Its turn comes again below; the event has said what went wrong.
      await this.#undo(step).catch(() => undefined);
    }
  }

  /** What it would tell, recovery finds out by itself; whoever unwinds must come to the end. */
  async #saveJournal(): Promise<void> {
    try {
      await this.#init.journal.flush();
    } catch (error) {
      const { message, remedy } = toXenBackupError(error);
      const { events, host } = this.#init;
      events.emit({ type: 'notice', level: 'warning', host: host.name, message, remedy });
    }
  }

  async #perform(step: NumberedStep, onTaken?: () => void): Promise<StepEffect> {
    const { events, host, journal, clock } = this.#init;
    const place = placeOf(step);
    const startMs = clock.elapsedMs();
    events.emit({ type: 'step-started', ...place, step });
    try {
      const effect = await perform(step, host, onTaken);
      journal.note('done', [step]);
      events.emit({ type: 'step-finished', ...place, durationMs: clock.elapsedMs() - startMs });
      return effect;
    } catch (error) {
      const { code, message } = toXenBackupError(error);
      events.emit({ type: 'step-failed', ...place, code, message });
      throw error;
    }
  }

  async #undo(step: NumberedStep): Promise<UndoEffect> {
    const { events, host, journal, clock } = this.#init;
    const undo = inverse(step);
    const place = placeOf(step);
    const startMs = clock.elapsedMs();
    events.emit({ type: 'undo-started', ...place, undo });
    let effect: UndoEffect;
    try {
      effect = await takeUndo(undo, host, clock);
    } catch (error) {
      const { code, message } = toXenBackupError(error);
      events.emit({ type: 'undo-failed', ...place, code, message });
      throw error;
    }
    journal.note('undone', [step]);
    this.#taken.splice(this.#taken.indexOf(step), 1);
    if (undo.kind !== 'nothing') {
      this.#undone.push({
        ...undo,
        host: step.host,
        ...(step.guest === undefined ? {} : { guest: step.guest }),
      });
    }
    events.emit({ type: 'undo-finished', ...place, durationMs: clock.elapsedMs() - startMs });
    return effect;
  }
}

function placeOf(step: NumberedStep): { stepId: number; host: string; guest?: string } {
  return {
    stepId: step.id,
    host: step.host,
    ...(step.guest === undefined ? {} : { guest: step.guest }),
  };
}

/** One line for people. */
function describeStep(step: Step): string {
  switch (step.kind) {
    case 'install-rule':
      return `udev rule ${step.path}`;
    case 'prove-rule':
      return `map ${step.name} that proves the udev rule`;
    case 'create-snapshot':
      return `snapshot ${step.volumeGroup}/${step.name} of ${step.origin}`;
    case 'extend-snapshot':
      return `growth of snapshot ${step.volumeGroup}/${step.name}`;
    case 'attach-image':
      return `device of ${step.file} by ${step.mountPoint}`;
    case 'create-map':
      return `map ${step.name}`;
    case 'add-partition-maps':
      return `partition maps of ${step.device}`;
    case 'prepare-mount-points':
      return `mount points in ${step.base}`;
    case 'mount':
      return `mount of ${step.device} on ${step.mountPoint}`;
    case 'protect-mount-points':
      return `write protection of ${step.base}`;
    case 'arm-release':
      return `timer ${step.name} for ${step.guest}`;
    case 'pause-guest':
      return `pause of ${step.guest}`;
    case 'freeze-guest':
      return `freeze of ${step.guest}`;
  }
}

/** @throws `interrupted` once the signal has aborted, or the error of ours that it was aborted for. */
export function throwIfInterrupted(signal: AbortSignal): void {
  if (!signal.aborted) return;
  const reason: unknown = signal.reason;
  if (isXenBackupError(reason)) throw reason;
  const message = reason instanceof Error ? reason.message : String(reason);
  throw new XenBackupError('interrupted', { message: `interrupted: ${message}` });
}
