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

const anything = /^.+$/s;
const ourName = /^xen-backup-[a-z0-9]{10}-\d{1,6}$/;
const ourStamp = /^XENBACKUP-[a-z0-9]{10}-\d{1,6}$/;
const ourDevice = /^\/dev\/mapper\/xen-backup-[a-z0-9]{10}-\d{1,6}$/;
const ourRule = /^\/run\/udev\/rules\.d\/56-xen-backup-[a-z0-9]{10}\.rules$/;
const ourPlace = /^\/run\/xen-backup\/[a-z0-9]{10}(?:\/[A-Za-z0-9_-]+)*$/;

/**
 * What the inverse of a step of each kind needs to be told, beside kind, id and host. Only what we
 * name ourselves is believed: a bit that fell over in a path must not remove another file.
 */
const undoFields: Readonly<Record<StepKind, Readonly<Record<string, RegExp>>>> = {
  'install-rule': { path: ourRule },
  'prove-rule': { name: ourName, uuid: ourStamp },
  'create-snapshot': { volumeGroup: anything, origin: anything, name: ourName },
  'extend-snapshot': {},
  'attach-image': { file: anything, mountPoint: ourPlace },
  'create-map': { name: ourName, uuid: ourStamp },
  'add-partition-maps': { device: ourDevice },
  'prepare-mount-points': { base: ourPlace },
  mount: { device: anything, mountPoint: ourPlace },
  'protect-mount-points': { base: ourPlace },
  'arm-release': { name: ourName, timer: /^(?:systemd|setsid)$/ },
  'pause-guest': { name: ourName, guest: anything },
  'freeze-guest': { name: ourName, guest: anything },
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
    isCount(seq) &&
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
    isCount(id) &&
    isText(host) &&
    Object.entries(fields).every(([field, pattern]) => {
      const value = step[field];
      return typeof value === 'string' && pattern.test(value);
    }) &&
    (kind !== 'create-snapshot' || (Array.isArray(tags) && tags.length > 0 && tags.every(isText)))
  );
}

/** Numbers of lines and steps are counted up from the first. */
function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
