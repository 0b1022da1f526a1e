import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteCommand } from '../../adapters/shared/quote.js';
import { wordsOf } from './words.js';

const word = fc.string().map((text) => text.replaceAll('\0', ''));

describe('the words of a command line', () => {
  it('are those that our quoting wrote', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), (words) => {
        expect(wordsOf(quoteCommand(words))).toEqual(words);
      }),
    );
  });

  it.each([
    '',
    ' ',
    'a ',
    ' a',
    'a  b',
    'a\tb',
    'a\nb',
    'a;b',
    'a|b',
    'a&b',
    '$a',
    '`a`',
    '"a"',
    "'a",
    "a'",
    'a\\ b',
    '\\a',
    'a#',
    '#a',
    '(a)',
    '{a}',
    'a>b',
    'a*',
    '~a',
    'a!',
    '[a]',
    'a?',
    'é',
  ])('are not to be had from %j', (line) => {
    expect(wordsOf(line)).toBeUndefined();
  });
});
