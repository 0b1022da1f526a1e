import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toPlain, valueAt } from './located.js';
import { formatPlace, formatProblem } from './problem.js';
import { readYaml } from './yaml-reader.js';

const problems = (text: string) => readYaml('c.yaml', text).problems.map(formatProblem);

function plain(text: string) {
  const reading = readYaml('c.yaml', text);
  expect(reading.problems).toEqual([]);
  return reading.value === undefined ? undefined : toPlain(reading.value);
}

describe('a YAML file', () => {
  it('is read as YAML 1.2', () => {
    expect(plain('a: yes\nb: 20%\nc: 0777\nd: {e: [1, true, null]}\n')).toEqual({
      a: 'yes',
      b: '20%',
      c: 777,
      d: { e: [1, true, null] },
    });
  });

  it.each(['', '# only a comment\n', '---\n'])('without content (%j) is an empty map', (text) => {
    expect(plain(text)).toEqual({});
  });

  it('keeps a key as it is written', () => {
    expect(plain('007: a\n1e3: b\ntrue: c\n')).toEqual({ '007': 'a', '1e3': 'b', true: 'c' });
  });

  it('knows where each value stands', () => {
    const { value } = readYaml('c.yaml', 'a:\n  - x\n  - b: y\n');
    const found = value === undefined ? undefined : valueAt(value, ['a', 1, 'b']);
    expect(found === undefined ? '' : formatPlace(found.place)).toBe('c.yaml:3:8');
  });

  it('with a key given twice shows both places', () => {
    expect(problems('a: 1\nb:\n  c: 1\n  c: 2\na: 3\n')).toEqual([
      'c.yaml:4:3: "c" is given twice; first at c.yaml:3:3',
      'c.yaml:5:1: "a" is given twice; first at c.yaml:1:1',
    ]);
  });

  it.each([
    ['a: [1\n', 'c.yaml:2:1'],
    ['a: b: c\n', 'c.yaml:1:4'],
    ['a: 1\n---\nb: 2\n', 'c.yaml:2:1'],
    ['a: !foo 1\n', 'c.yaml:1:4'],
    ['%YAML 1.1\n---\na: yes\n', 'c.yaml:1:1'],
    ['? [a]\n: 1\n', 'c.yaml:1:3'],
    [': 1\n', 'c.yaml:1:1'],
    ['__proto__: {a: 1}\n', 'c.yaml:1:1'],
    ['a: *missing\n', 'c.yaml:1:4'],
    ['\tfoo: 1\n', 'c.yaml:1:1'],
  ])('%j is a problem', (text, place) => {
    expect(problems(text)[0]).toContain(`${place}: `);
  });

  it('may use an alias', () => {
    expect(plain('a: &x [1]\nb: *x\n')).toEqual({ a: [1], b: [1] });
  });

  it('cannot grow by aliases without a bound', () => {
    const levels = ['a0: &a0 [x,x,x,x,x,x,x,x,x,x]'];
    for (let level = 1; level < 12; level += 1) {
      const alias = `*a${level - 1}`;
      levels.push(`a${level}: &a${level} [${Array(10).fill(alias).join(',')}]`);
    }
    const started = performance.now();
    expect(problems(levels.join('\n'))[0]).toContain('aliases (*name) repeat too much');
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('cannot contain itself', () => {
    expect(problems('a: &a\n  b: *a\n')[0]).toContain('nested too deeply');
  });

  it.each([100, 200_000])('nested %d levels deep is refused', (depth) => {
    expect(problems(`a: ${'['.repeat(depth)}${']'.repeat(depth)}`)[0]).toContain(
      'nested too deeply',
    );
  });

  it('is either understood or has a problem, whatever it contains', () => {
    const pieces = fc.constantFrom(
      'a',
      'b',
      ':',
      ' ',
      '\n',
      '-',
      '[',
      ']',
      '{',
      '}',
      '&x ',
      '*x',
      '?',
      '!',
      '"',
      "'",
      '|',
      '#',
      ',',
      '---\n',
      '<<',
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const reading = readYaml('c.yaml', text);
        expect(reading.value !== undefined || reading.problems.length > 0).toBe(true);
        for (const { place } of reading.problems)
          expect(formatPlace(place)).toMatch(/^c\.yaml:[1-9]\d*:[1-9]\d*$/);
      }),
      { numRuns: 600 },
    );
  });
});
