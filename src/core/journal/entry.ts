import type { NumberedStep } from '../steps/index.js';

/** `intent` is on the disk before the effect; `done` after it; `undone` after its inverse. */
export type JournalPhase = 'intent' | 'done' | 'undone';

/** One line of a journal (NDJSON, version 1). */
export interface JournalEntry {
  readonly v: 1;
  /** Counts from 1 in each journal, without gaps. */
  readonly seq: number;
  /** Boot of the host the effect is on: maps and mounts do not survive another one. */
  readonly bootId: string;
  readonly step: NumberedStep;
  readonly phase: JournalPhase;
}

/**
 * Steps that may have had an effect and were not undone, in the order they were taken. An intent
 * without `done` counts: the process may have died after the effect.
 */
export function outstandingSteps(entries: readonly JournalEntry[]): readonly NumberedStep[] {
  const outstanding = new Map<number, NumberedStep>();
  for (const entry of entries) {
    if (entry.phase === 'undone') outstanding.delete(entry.step.id);
    else if (!outstanding.has(entry.step.id)) outstanding.set(entry.step.id, entry.step);
  }
  return [...outstanding.values()].sort((left, right) => left.id - right.id);
}
