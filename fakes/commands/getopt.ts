/** What a tool's options are, in the terms of getopt_long(3). */
export interface OptionSpec {
  /** The name results are reported under. */
  readonly name: string;
  readonly short?: string;
  readonly long?: string;
  readonly argument: 'none' | 'required';
}

export interface ParsedOption {
  readonly name: string;
  /** Empty for an option without argument. */
  readonly value: string;
}

export type ParsedArguments =
  | {
      readonly kind: 'parsed';
      readonly options: readonly ParsedOption[];
      readonly operands: readonly string[];
    }
  /** `message` is what getopt prints behind the tool's name. */
  | { readonly kind: 'error'; readonly message: string };

/** Whether options may follow operands: GNU's default, or the plus sign of getopt. */
export type OperandOrder = 'permuted' | 'options-first';

interface Cursor {
  readonly words: readonly string[];
  index: number;
  readonly options: ParsedOption[];
  readonly operands: string[];
}

/**
 * Reads an argument vector as glibc's getopt_long does: grouped short options, values joined or
 * apart, unambiguous beginnings of long names, `--`.
 *
 * @param words - the arguments without the tool's name
 */
export function parseOptions(
  words: readonly string[],
  specs: readonly OptionSpec[],
  order: OperandOrder = 'permuted',
): ParsedArguments {
  const cursor: Cursor = { words, index: 0, options: [], operands: [] };
  while (cursor.index < words.length) {
    const word = words[cursor.index] ?? '';
    cursor.index += 1;
    if (word === '--') break;
    const isOperand = word === '-' || !word.startsWith('-');
    if (isOperand && order === 'options-first') {
      cursor.index -= 1;
      break;
    }
    if (isOperand) {
      cursor.operands.push(word);
      continue;
    }
    const message = word.startsWith('--')
      ? readLong(cursor, word.slice(2), specs)
      : readShorts(cursor, word.slice(1), specs);
    if (message !== undefined) return { kind: 'error', message };
  }
  cursor.operands.push(...words.slice(cursor.index));
  return { kind: 'parsed', options: cursor.options, operands: cursor.operands };
}

function readLong(cursor: Cursor, text: string, specs: readonly OptionSpec[]): string | undefined {
  const equals = text.indexOf('=');
  const typed = equals === -1 ? text : text.slice(0, equals);
  const found = findLong(typed, specs);
  if (found === 'unknown') return `unrecognized option '--${text}'`;
  if (found === 'ambiguous') return `option '--${typed}' is ambiguous`;
  const joined = equals === -1 ? undefined : text.slice(equals + 1);
  if (found.argument === 'none') {
    if (joined !== undefined) return `option '--${found.long ?? ''}' doesn't allow an argument`;
    cursor.options.push({ name: found.name, value: '' });
    return undefined;
  }
  const value = joined ?? nextWord(cursor);
  if (value === undefined) return `option '--${found.long ?? ''}' requires an argument`;
  cursor.options.push({ name: found.name, value });
  return undefined;
}

function findLong(
  typed: string,
  specs: readonly OptionSpec[],
): OptionSpec | 'unknown' | 'ambiguous' {
  const exact = specs.find((spec) => spec.long === typed);
  if (exact !== undefined) return exact;
  const [first, ...others] = specs.filter((spec) => spec.long?.startsWith(typed) === true);
  if (first === undefined) return 'unknown';
  return others.length === 0 ? first : 'ambiguous';
}

function readShorts(
  cursor: Cursor,
  letters: string,
  specs: readonly OptionSpec[],
): string | undefined {
  for (let index = 0; index < letters.length; index += 1) {
    const letter = letters.charAt(index);
    const spec = specs.find((candidate) => candidate.short === letter);
    if (spec === undefined) return `invalid option -- '${letter}'`;
    if (spec.argument === 'none') {
      cursor.options.push({ name: spec.name, value: '' });
      continue;
    }
    const joined = letters.slice(index + 1);
    const value = joined === '' ? nextWord(cursor) : joined;
    if (value === undefined) return `option requires an argument -- '${letter}'`;
    cursor.options.push({ name: spec.name, value });
    return undefined;
  }
  return undefined;
}

function nextWord(cursor: Cursor): string | undefined {
  const word = cursor.words[cursor.index];
  if (word !== undefined) cursor.index += 1;
  return word;
}

/** The last value given for an option: later ones override. */
export function lastValue(options: readonly ParsedOption[], name: string): string | undefined {
  return options.findLast((option) => option.name === name)?.value;
}

export function allValues(options: readonly ParsedOption[], name: string): readonly string[] {
  return options.filter((option) => option.name === name).map(({ value }) => value);
}

export function isGiven(options: readonly ParsedOption[], name: string): boolean {
  return options.some((option) => option.name === name);
}

/** An option with a short and a long form: `flag('yes', 'y')`. */
export function flag(long: string, short?: string): OptionSpec {
  return { name: long, long, argument: 'none', ...(short === undefined ? {} : { short }) };
}

/** As {@link flag}, with an argument. */
export function valued(long: string, short?: string): OptionSpec {
  return { ...flag(long, short), argument: 'required' };
}
