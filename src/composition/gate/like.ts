import { XenBackupError } from '../../core/errors/index.js';
import { lineOf } from './line.js';
import { all, many, type Pattern, text } from './pattern.js';

/** A value in a command that was built for its pattern's sake, and what may stand in its place. */
export interface Slot {
  readonly sample: string;
  readonly pattern: Pattern;
  /**
   * `many`: its whole word may be there once or more; `any`: or not at all.
   */
  readonly again?: 'many' | 'any';
  /** What every further one must be. Default: what the first may be. */
  readonly further?: Pattern;
}

/**
 * The pattern of all commands like this one, which one of our own builders has made with samples in
 * it: whatever is no sample must be there to the letter.
 *
 * @throws `internal` when a sample is not found, or the command could not be sent: then builder and
 * pattern no longer belong together.
 */
export function like(argv: readonly string[], slots: readonly Slot[] = []): Pattern {
  const unused = new Set(slots);
  const words = argv.map((word) => {
    const line = lineOf([word]);
    if (line === undefined) throw defect(`no line of a command: ${word}`);
    const found: Slot[] = [];
    const parts = partsOf(line, slots, (slot) => {
      const isFirst = unused.has(slot);
      found.push(slot);
      unused.delete(slot);
      return isFirst ? slot.pattern : (slot.further ?? slot.pattern);
    });
    const pattern = all(...parts);
    const again = found.find((slot) => slot.again !== undefined)?.again;
    return again === undefined ? pattern : many(pattern, again === 'many' ? 1 : 0);
  });
  const [forgotten] = unused;
  if (forgotten !== undefined) throw defect(`${argv[0] ?? ''} has no ${forgotten.sample}`);
  return all(...words);
}

function partsOf(
  line: string,
  slots: readonly Slot[],
  fill: (slot: Slot) => Pattern,
): readonly Pattern[] {
  const next = slots
    .map((slot) => ({ slot, at: line.indexOf(slot.sample) }))
    .filter(({ at }) => at >= 0)
    // At one place the longest counts: a path, not the name in it.
    .sort((a, b) => a.at - b.at || b.slot.sample.length - a.slot.sample.length)[0];
  if (next === undefined) return line === '' ? [] : [text(line)];
  const { slot, at } = next;
  const before = at === 0 ? [] : [text(line.slice(0, at))];
  return [...before, fill(slot), ...partsOf(line.slice(at + slot.sample.length), slots, fill)];
}

function defect(message: string): XenBackupError {
  return new XenBackupError('internal', { message: `gate: ${message}` });
}
