import fc from 'fast-check';

type Mutation = (text: string, at: number, to: number) => string;

const splice = (text: string, at: number, remove: number, insert: string): string => {
  const place = text === '' ? 0 : at % text.length;
  return text.slice(0, place) + insert + text.slice(place + remove);
};

const onLines =
  (change: (lines: string[], from: number, to: number) => string[]): Mutation =>
  (text, at, to) => {
    const lines = text.split('\n');
    return change(lines, at % lines.length, to % lines.length).join('\n');
  };

/** Replaces the piece that is the `at`-th match. */
const replaceMatch = (pattern: RegExp, text: string, at: number, by: (found: string) => string) => {
  const count = text.match(pattern)?.length ?? 0;
  let index = -1;
  return text.replace(pattern, (found) => {
    index += 1;
    return index === at % Math.max(1, count) ? by(found) : found;
  });
};

const numbers = [
  '-1',
  'NaN',
  'Infinity',
  '1e400',
  '0x10',
  '007',
  '0',
  '',
  '9007199254740993',
  '9'.repeat(400),
  '1.5',
  '٣',
];
const fillings = ['', ' ', '-rf', '../..', '$(id)', '\u001b[2J', '\\', '\u0000', '__proto__'];
const nesting = 20_000;
/** One line of it is 1 MB. */
const long = ['a', ' ', '\\', '1', '"', '\\x41', 'a=', 'p1 ', 'M-'].map((piece) =>
  piece.repeat(1_000_000 / piece.length),
);
const pick = (list: readonly string[], at: number): string => list[at % list.length] ?? '';

const usual: Readonly<Record<string, Mutation>> = {
  'a byte is another': (text, at, to) => splice(text, at, 1, String.fromCharCode(to % 256)),
  'a byte is gone': (text, at) => splice(text, at, 1, ''),
  'a NUL is in it': (text, at) => splice(text, at, 0, '\u0000'),
  'it is cut off': (text, at) => text.slice(0, at % (text.length + 1)),
  'a line is there twice': onLines((lines, at) => lines.toSpliced(at, 0, lines[at] ?? '')),
  'a line is gone': onLines((lines, at) => lines.toSpliced(at, 1)),
  'two lines change places': onLines((lines, at, to) =>
    lines.with(at, lines[to] ?? '').with(to, lines[at] ?? ''),
  ),
  'a number is another': (text, at, to) => replaceMatch(/\d+/g, text, at, () => pick(numbers, to)),
  'a field is another': (text, at, to) =>
    replaceMatch(/[^\s",:=<>()[\]{}]+/g, text, at, () => pick(fillings, to)),
  'a blank is a newline': (text, at) => replaceMatch(/ /g, text, at, () => '\n'),
  'a value of JSON is a list of lists': (text, at) =>
    replaceMatch(
      /"[^"\n]*"(?!\s*:)/g,
      text,
      at,
      () => `${'['.repeat(nesting)}${']'.repeat(nesting)}`,
    ),
  'a value of JSON is of another kind': (text, at, to) =>
    replaceMatch(/"[^"\n]*"(?!\s*:)|\b\d+\b/g, text, at, () =>
      pick(['null', '[]', '{}', 'true', '1e999', '-5'], to),
    ),
};

const rare: Readonly<Record<string, Mutation>> = {
  'a line has a megabyte': (text, at, to) => splice(text, at, 0, pick(long, to)),
  'it is there two thousand times': (text) => text.slice(0, 500).repeat(2_000),
};

const mutation = (of: Readonly<Record<string, Mutation>>) =>
  fc.record({
    name: fc.constantFrom(...Object.keys(of)),
    at: fc.nat(1_000_000),
    to: fc.nat(1_000_000),
  });

/** One of the texts with one to four things wrong with it; the names tell what, when it fails. */
export function mutated(texts: readonly string[]) {
  const all = { ...usual, ...rare };
  const changes = fc.oneof(
    { weight: 30, arbitrary: fc.array(mutation(usual), { minLength: 1, maxLength: 4 }) },
    { weight: 1, arbitrary: fc.array(mutation(rare), { minLength: 1, maxLength: 1 }) },
  );
  return fc.tuple(fc.nat(texts.length - 1), changes).map(([index, list]) => ({
    changes: list,
    text: list.reduce(
      (text, { name, at, to }) => all[name]?.(text, at, to) ?? text,
      texts[index] ?? '',
    ),
  }));
}
