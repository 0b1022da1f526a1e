import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isNameOfTest, levelsOf, namesIn } from './named-tests.js';

const table = readFileSync('docs/SAFETY.md', 'utf8').split('\n## The failure cases\n')[1] ?? '';
const rows = table.split('\n').flatMap((line) => {
  const [, number = '', , tests = '', level = ''] = line.split('|').map((cell) => cell.trim());
  return /^\d+$/.test(number) ? [{ number: Number(number), tests, level }] : [];
});

describe('the table of failure cases', () => {
  it('has every case once, in order', () => {
    expect(rows.map(({ number }) => number)).toEqual(
      Array.from({ length: 28 }, (_, index) => index + 1),
    );
  });

  it.each(rows)(
    'names tests of case $number that exist, at the levels that it claims',
    ({ tests, level }) => {
      const names = namesIn(tests);
      expect(names.length).toBeGreaterThan(0);
      expect(names.filter((name) => !isNameOfTest(name))).toEqual([]);
      const shown = new Set(names.flatMap((name) => [...levelsOf(name)]));
      expect(level.split(', ').filter((claimed) => !shown.has(claimed))).toEqual([]);
    },
  );
});
