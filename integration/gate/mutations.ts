/** A command with one thing wrong with it. */
export interface Mutation {
  readonly what: string;
  readonly argv: readonly string[];
}

const injections = [
  ';id',
  '$(id)',
  '`id`',
  '\nid',
  '\r',
  '\t',
  "'",
  '"',
  '\\',
  '&',
  '>x',
  '<x',
  '\u00e9',
];

/**
 * The command with an argument added, removed or in another place, with a path that leads
 * elsewhere, or with a shell’s characters in it.
 */
export function* mutationsOf(argv: readonly string[]): Generator<Mutation> {
  for (const index of argv.keys()) {
    const word = argv[index] ?? '';
    yield { what: `without ${word}`, argv: argv.toSpliced(index, 1) };
    for (const added of ['--x', 'extra']) {
      yield { what: `${added} after ${word}`, argv: argv.toSpliced(index + 1, 0, added) };
    }
    const next = argv[index + 1];
    if (next !== undefined && next !== word) {
      yield { what: `${next} before ${word}`, argv: argv.toSpliced(index, 2, next, word) };
    }
    for (const injection of injections) {
      yield { what: `${word} with ${injection}`, argv: argv.with(index, word + injection) };
      const middle = Math.ceil(word.length / 2);
      const inside = word.slice(0, middle) + injection + word.slice(middle);
      yield { what: `${word} with ${injection} inside`, argv: argv.with(index, inside) };
    }
    yield* escapesOf(argv, index, word);
  }
}

/** Patterns of names, no paths: in them two dots are two dots. */
const isExpression = /^(--exclude=|devices\{)/;

function* escapesOf(argv: readonly string[], index: number, word: string): Generator<Mutation> {
  if (!word.includes('/') || word.length > 500 || isExpression.test(word)) return;
  const slash = word.lastIndexOf('/');
  const climbing = [
    `${word.slice(0, slash)}/..${word.slice(slash)}`,
    `${word}/../../etc/shadow`,
    `${word}/..`,
    `../${word}`,
  ];
  for (const path of climbing) yield { what: `${word} as ${path}`, argv: argv.with(index, path) };
  if (!word.startsWith('/')) return;
  yield { what: `${word} elsewhere`, argv: argv.with(index, '/etc/shadow') };
  yield { what: `/ for ${word}`, argv: argv.with(index, '/') };
}
