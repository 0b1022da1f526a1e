import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allValues, flag, lastValue, parseOptions, valued } from './getopt.js';

const specs = [flag('all', 'a'), flag('aligned'), valued('options', 'o'), valued('units')];

function parse(...words: readonly string[]) {
  return parseOptions(words, specs);
}

describe('getopt', () => {
  it('reads short options in groups, values joined or apart', () => {
    const expected = {
      options: [
        { name: 'all', value: '' },
        { name: 'options', value: 'x' },
      ],
      operands: ['y'],
    };
    expect(parse('-aox', 'y')).toMatchObject(expected);
    expect(parse('-a', 'y', '-o', 'x')).toMatchObject(expected);
    expect(parse('--all', '--options=x', 'y')).toMatchObject(expected);
    expect(parse('--all', '--options', 'x', '--', 'y')).toMatchObject(expected);
  });

  it('takes the beginning of a long option when only one begins so', () => {
    expect(parse('--opt', 'x')).toMatchObject({ options: [{ name: 'options', value: 'x' }] });
    expect(parse('--al')).toEqual({ kind: 'error', message: "option '--al' is ambiguous" });
  });

  it.each([
    [['--nosuch'], "unrecognized option '--nosuch'"],
    [['-x'], "invalid option -- 'x'"],
    [['--units'], "option '--units' requires an argument"],
    [['-o'], "option requires an argument -- 'o'"],
    [['--all=1'], "option '--all' doesn't allow an argument"],
  ])('complains of %j as glibc does', (words, message) => {
    expect(parse(...words)).toEqual({ kind: 'error', message });
  });

  it('takes everything behind -- for operands, whatever it is', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (words) => {
        expect(parse('--', ...words)).toEqual({ kind: 'parsed', options: [], operands: words });
      }),
    );
  });

  it('remembers all values of an option; the last one counts', () => {
    const parsed = parse('-o', '1', '--options=2');
    if (parsed.kind === 'error') throw new Error(parsed.message);
    expect(allValues(parsed.options, 'options')).toEqual(['1', '2']);
    expect(lastValue(parsed.options, 'options')).toBe('2');
  });
});
