/**
 * A pattern of a command line: a small language that a matcher reads here, and that is translated
 * to POSIX shell for hosts without Node. Ordered choice, no backtracking into a choice: what is
 * matched is the same in both, and takes time in proportion to the line.
 */
export type Pattern =
  /** Exactly this text. */
  | { readonly kind: 'text'; readonly text: string }
  /** One character of a class. */
  | { readonly kind: 'one'; readonly characters: CharacterClass }
  /** All characters of a class that follow: as many as `min` to `max`, else no match. */
  | RunPattern
  /** One after another. */
  | { readonly kind: 'all'; readonly parts: readonly Pattern[] }
  /** The first that matches. */
  | { readonly kind: 'any'; readonly alternatives: readonly Pattern[] }
  | { readonly kind: 'maybe'; readonly part: Pattern }
  /** As often as it matches, but at least `min` times. */
  | { readonly kind: 'many'; readonly part: Pattern; readonly min: number }
  /** Remembers under a name what it matched, for `same`. */
  | { readonly kind: 'keep'; readonly name: KeptName; readonly part: Pattern }
  /** What `keep` remembered under that name, once more. */
  | { readonly kind: 'same'; readonly name: KeptName };

/** What of a command is there more than once. */
export type KeptName = 'lock' | 'owned' | 'guest';

/**
 * What stands between the brackets of `[...]`, in a regular expression and in a shell's pattern
 * alike: ASCII and ranges, a hyphen last, no bracket, backslash or circumflex in front.
 */
export type CharacterClass = string;

export interface RunPattern {
  readonly kind: 'run';
  readonly characters: CharacterClass;
  readonly min: number;
  readonly max: number;
  /** What the characters must end with; counts in neither `min` nor `max`. */
  readonly ending: string;
}

export function text(value: string): Pattern {
  return { kind: 'text', text: value };
}

export function one(characters: CharacterClass): Pattern {
  return { kind: 'one', characters };
}

/** @param max - default 255 */
export function run(
  characters: CharacterClass,
  min: number,
  { max = 255, ending = '' }: { readonly max?: number; readonly ending?: string } = {},
): Pattern {
  return { kind: 'run', characters, min, max, ending };
}

/** Strings stand for themselves. */
export function all(...parts: readonly (Pattern | string)[]): Pattern {
  return { kind: 'all', parts: parts.map(asPattern) };
}

/** Strings stand for themselves. */
export function any(...alternatives: readonly (Pattern | string)[]): Pattern {
  return { kind: 'any', alternatives: alternatives.map(asPattern) };
}

export function maybe(part: Pattern | string): Pattern {
  return { kind: 'maybe', part: asPattern(part) };
}

export function many(part: Pattern | string, min = 0): Pattern {
  return { kind: 'many', part: asPattern(part), min };
}

export function keep(name: KeptName, part: Pattern): Pattern {
  return { kind: 'keep', name, part };
}

/** What was kept under this name. */
export function same(name: KeptName): Pattern {
  return { kind: 'same', name };
}

function asPattern(part: Pattern | string): Pattern {
  return typeof part === 'string' ? text(part) : part;
}
