import type { StepKind } from '../steps/index.js';
import type { JournalEntry } from './entry.js';

export interface JournalText {
  readonly entries: readonly JournalEntry[];
  /** Lines that cannot be read. A cut-off last line is what a power cut leaves, and is not one. */
  readonly damagedLines: readonly number[];
}

/**
 * Reads a journal. What can be read is used even where some cannot: a damaged line only means that
 * the host must be searched for stamped objects too, which is done in any case.
 */
export function readJournal(text: string): JournalText {
  const entries: JournalEntry[] = [];
  const damagedLines: number[] = [];
  const lines = text.split('\n');
  lines.forEach((line, index) => {
    if (line === '') return;
    const entry = parseEntry(line);
    if (entry !== undefined) entries.push(entry);
    else if (index < lines.length - 1) damagedLines.push(index + 1);
  });
  return { entries, damagedLines };
}

/** What the inverse of a step of each kind needs to be told, beside kind, id and host. */
const undoFields: Readonly<Record<StepKind, readonly string[]>> = {
  'install-rule': ['path'],
  'create-snapshot': ['volumeGroup', 'origin', 'name'],
  'extend-snapshot': [],
  'create-map': ['name', 'uuid'],
  'add-partition-maps': ['device'],
  'prepare-mount-points': ['base'],
  mount: ['device', 'mountPoint'],
  'protect-mount-points': ['base'],
};

function parseEntry(line: string): JournalEntry | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isEntry(value) ? value : undefined;
  } catch {
    // Not JSON: the caller counts the line as damaged.
    return undefined;
  }
}

function isEntry(value: unknown): value is JournalEntry {
  if (!isObject(value) || !isObject(value['step'])) return false;
  const { v, seq, bootId, phase, step } = value;
  return (
    v === 1 &&
    Number.isSafeInteger(seq) &&
    typeof bootId === 'string' &&
    (phase === 'intent' || phase === 'done' || phase === 'undone') &&
    isObject(step) &&
    isUndoable(step)
  );
}

/** A step that lacks what its inverse needs would be undone wrongly: its line counts as damaged. */
function isUndoable(step: Readonly<Record<string, unknown>>): boolean {
  const { id, kind, host, tags } = step;
  const fields = Object.entries(undoFields).find(([known]) => known === kind)?.[1];
  return (
    fields !== undefined &&
    Number.isSafeInteger(id) &&
    [host, ...fields.map((field) => step[field])].every(isText) &&
    (kind !== 'create-snapshot' || (Array.isArray(tags) && tags.length > 0 && tags.every(isText)))
  );
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
