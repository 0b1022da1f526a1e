import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files whose text names tests: with the tables that tests are made from. */
const namesTests = /(?:\.(?:test|contract)|-story|-zoo)\.ts$/;

/** Everything that tests of this project are called, with quotes as they are read. */
const testText = ['src', 'fakes', 'integration']
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  .filter((name) => namesTests.test(name) && !name.startsWith(join('integration', 'docs')))
  .map((name) => readFileSync(name, 'utf8').replaceAll("\\'", "'"))
  .join('\n');

/** Is a test, or a row of a test's table, called this? */
export function isNameOfTest(name: string): boolean {
  return ["'", '"', '`'].some((quote) => testText.includes(`${quote}${name}${quote}`));
}

/** What stands between backquotes in a cell of a table. */
export function namesIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
}
