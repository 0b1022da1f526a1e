import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isNameOfTest, namesIn } from './named-tests.js';

const section =
  readFileSync('docs/SAFETY.md', 'utf8')
    .split('\n## Which guard protects from what\n')[1]
    ?.split('\n## ')[0] ?? '';
const rows = section
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| threat |'))
  .map((line) => {
    const [, threat = '', closes = '', behind = '', tested = ''] = line
      .split('|')
      .map((cell) => cell.trim());
    return { threat, closes, behind, tested };
  });

/** A file, and the names of tests in it that follow. */
function testsByFile(cell: string): ReadonlyMap<string, readonly string[]> {
  const files = new Map<string, string[]>();
  let names: string[] = [];
  for (const name of namesIn(cell)) {
    if (name.endsWith('.ts')) files.set(name, (names = []));
    else names.push(name);
  }
  return files;
}

describe('the table of guards', () => {
  it('has rows', () => {
    expect(rows.length).toBeGreaterThan(15);
  });

  it.each(rows)('names tests that stand where it says: $threat', ({ closes, behind, tested }) => {
    expect(closes).not.toBe('');
    expect(behind).not.toBe('');
    const files = testsByFile(tested);
    expect(files.size).toBeGreaterThan(0);
    for (const [file, names] of files) {
      expect(existsSync(file), file).toBe(true);
      expect(names.length, file).toBeGreaterThan(0);
      const text = readFileSync(file, 'utf8').replaceAll("\\'", "'");
      const missing = names.filter((name) => !isNameOfTest(name) || !text.includes(name));
      expect(missing).toEqual([]);
    }
  });
});
