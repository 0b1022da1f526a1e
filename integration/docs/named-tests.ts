import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files whose text names tests: with the tables that tests are made from. */
const namesTests = /(?:\.(?:test|contract)|-story|-zoo)\.ts$/;

const sources = ['src', 'fakes', 'integration']
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  .filter((path) => path.endsWith('.ts') && !path.startsWith(join('integration', 'docs')))
  .map((path) => ({ path, text: readFileSync(path, 'utf8').replaceAll("\\'", "'") }));

/** Everything that tests of this project are called, with quotes as they are read. */
const tests = sources.filter(({ path }) => namesTests.test(path));

/** Is a test, or a row of a test's table, called this? */
export function isNameOfTest(name: string): boolean {
  return filesNaming(name).length > 0;
}

function filesNaming(name: string): typeof tests {
  const quoted = ["'", '"', '`'].map((quote) => `${quote}${name}${quote}`);
  return tests.filter(({ text }) => quoted.some((part) => text.includes(part)));
}

/**
 * Where the test of this name runs, told by where it stands and what it starts: `core` (functions),
 * `simulated`, `real tools`, `pair`. A contract suite runs where those that use it run.
 */
export function levelsOf(name: string): ReadonlySet<string> {
  return new Set(filesNaming(name).flatMap(levelsOfFile));
}

function levelsOfFile({ path, text }: (typeof tests)[number]): readonly string[] {
  if (path.startsWith('integration/contracts/') && path.endsWith('.contract.ts')) {
    const imported = `${path.slice('integration/contracts/'.length, -'.ts'.length)}.js'`;
    return sources
      .filter((user) => user.path !== path && user.text.includes(`/${imported}`))
      .flatMap(levelsOfFile);
  }
  if (path.startsWith('integration/lab/')) return ['pair'];
  if (path.startsWith('integration/peers/')) return ['real tools'];
  if (path.startsWith('src/core/')) return ['core'];
  const real = /'node:child_process'|createLocalRunner\(/.test(text) ? ['real tools'] : [];
  // Adapters are tested as functions, and over runners that answer by heart.
  return path.startsWith('src/adapters/') ? ['core', 'simulated', ...real] : ['simulated', ...real];
}

/** What stands between backquotes in a cell of a table. */
export function namesIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
}
