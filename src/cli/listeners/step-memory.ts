import type { RunEvent, Step, Undo } from '../../core/index.js';
import { sayStep, sayUndo } from '../render/words.js';

/**
 * Remembers what began: an end only says which step it was, and an undo only knows names. What has
 * been undone is forgotten.
 */
export class StepMemory {
  readonly #steps = new Map<string, Step>();
  readonly #undos = new Map<string, Undo>();

  /** To be told of every event, before anything is asked about it. */
  learn(event: RunEvent): void {
    if (event.type === 'step-started') this.#steps.set(keyOf(event), event.step);
    if (event.type === 'undo-started') this.#undos.set(keyOf(event), event.undo);
  }

  /** To be told of every event, after everything was asked about it. */
  forget(event: RunEvent): void {
    if (event.type !== 'undo-finished') return;
    this.#steps.delete(keyOf(event));
    this.#undos.delete(keyOf(event));
  }

  stepOf(event: RunEvent): Step | undefined {
    return this.#steps.get(keyOf(event));
  }

  undoOf(event: RunEvent): Undo | undefined {
    return this.#undos.get(keyOf(event));
  }

  /** The step of an event in words. */
  sayStepOf(event: RunEvent): string {
    const step = this.stepOf(event);
    return step === undefined ? `step ${event.stepId ?? ''}` : sayStep(step);
  }

  /** The undo of an event in words. */
  sayUndoOf(event: RunEvent): string {
    const undo = this.undoOf(event);
    // In a recovery the step was taken by another process.
    return undo === undefined
      ? `undo of step ${event.stepId ?? ''}`
      : sayUndo(undo, this.stepOf(event));
  }
}

/** Step ids are unique in a run; in a recovery only on their host. */
function keyOf({ host, stepId }: RunEvent): string {
  return `${host ?? ''} ${stepId ?? ''}`;
}
