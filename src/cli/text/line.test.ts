import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clipLine, lineWidth, renderLine, styled, tableLines } from './index.js';

describe('a line', () => {
  it('never lets a control character of its text through', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary', maxLength: 40 }), { maxLength: 5 }),
        (texts) => {
          const line = texts.map((text) => styled('red', text));
          expect(renderLine(line, 'no-colours')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
        },
      ),
    );
  });

  it('has no escape sequences without colours', () => {
    expect(renderLine([styled('red', 'a'), 'b'], 'no-colours')).toBe('ab');
  });

  it('has its own escape sequences only, with colours', () => {
    expect(renderLine([styled('red', 'a\u001b[2J')], 'colours')).toBe(
      '\u001b[31ma\\x1b[2J\u001b[39m',
    );
  });

  it('is never wider than what it is clipped to', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(fc.array(text), fc.nat(40), (texts, columns) => {
        expect(lineWidth(clipLine(texts, columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it('shows that something was cut', () => {
    expect(renderLine(clipLine(['abc', styled('bold', 'def')], 5), 'no-colours')).toBe('abcd…');
  });

  it('counts wide characters twice and joined marks not at all', () => {
    expect([lineWidth('日本'), lineWidth('e\u0301'), lineWidth('dc1')]).toEqual([4, 1, 3]);
  });
});

describe('a table', () => {
  it('puts columns below each other by what is seen, and ends lines without blanks', () => {
    const lines = tableLines([
      ['日本', 'x', 'end'],
      ['a', [styled('bold', 'yy')], ''],
    ]).map((line) => renderLine(line, 'no-colours'));
    expect(lines).toEqual(['日本  x   end', 'a     yy']);
  });
});
