import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isNameOfTest, namesIn } from './named-tests.js';

const text = readFileSync('docs/LAYOUTS.md', 'utf8');

const rows = text.split('\n').flatMap((line) => {
  const cells = line.split('|').map((cell) => cell.trim());
  const [tests = '', level = ''] = cells.slice(-3);
  const isRow = cells.length > 4 && !/^-*$/.test(level) && level !== 'level';
  return isRow ? [{ what: cells.slice(1, -3).join(', '), tests, level }] : [];
});

describe('the matrix of layouts', () => {
  it('has rows for what is copied and for what is refused', () => {
    expect(rows.length).toBeGreaterThan(30);
  });

  it.each(rows)('names tests that exist, and their level: $what', ({ tests, level }) => {
    const names = namesIn(tests);
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !isNameOfTest(name))).toEqual([]);
    expect(level).toMatch(/^(?:(?:core|simulated|recorded|real tools|pair|to be run)(?:, )?)+$/);
  });
});
