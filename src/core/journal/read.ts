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

const stepKinds = new Set([
  'install-rule',
  'create-snapshot',
  'create-map',
  'add-partition-maps',
  'prepare-mount-points',
  'mount',
  'protect-mount-points',
]);

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
  const { id, kind, host } = isObject(step) ? step : {};
  return (
    v === 1 &&
    Number.isSafeInteger(seq) &&
    typeof bootId === 'string' &&
    (phase === 'intent' || phase === 'done' || phase === 'undone') &&
    Number.isSafeInteger(id) &&
    typeof host === 'string' &&
    typeof kind === 'string' &&
    stepKinds.has(kind)
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
