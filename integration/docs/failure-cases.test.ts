import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const table = readFileSync('docs/SAFETY.md', 'utf8').split('\n## The failure cases\n')[1] ?? '';
const rows = table.split('\n').flatMap((line) => {
  const [, number = '', , tests = '', level = ''] = line.split('|').map((cell) => cell.trim());
  return /^\d+$/.test(number) ? [{ number: Number(number), tests, level }] : [];
});

/** Everything that tests of this project are called, with quotes as they are read. */
const testText = ['src', 'fakes', 'integration']
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  .filter(
    (name) =>
      /(?:\.(?:test|contract)|-story)\.ts$/.test(name) && !name.endsWith('failure-cases.test.ts'),
  )
  .map((name) => readFileSync(name, 'utf8').replaceAll("\\'", "'"))
  .join('\n');

describe('the table of failure cases', () => {
  it('has every case once, in order', () => {
    expect(rows.map(({ number }) => number)).toEqual(
      Array.from({ length: 28 }, (_, index) => index + 1),
    );
  });

  it.each(rows)('names tests of case $number that exist, and their level', ({ tests, level }) => {
    const names = [...tests.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      const isThere = ["'", '"', '`'].some((quote) => testText.includes(`${quote}${name}${quote}`));
      expect(isThere, name).toBe(true);
    }
    expect(level).toMatch(/^(?:(?:core|simulated|real tools|pair)(?:, )?)+$/);
  });
});
