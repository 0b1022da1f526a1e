import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteArgument, quoteCommand } from './quote.js';

/** What a real shell makes of a command line: the arguments it hands on. */
function throughShell(command: string): string[] {
  const output = execFileSync('sh', ['-c', `printf '%s\\0' ${command}`], { encoding: 'utf8' });
  return output.split('\0').slice(0, -1);
}

const special = [
  ...["'", '"', '\\', '`', '$', '!', '*', '?', '[', ']', '{', '}', '(', ')', '<', '>', '|', '&'],
  ...[
    ';',
    '#',
    '~',
    '=',
    '%',
    '^',
    ' ',
    '\t',
    '\n',
    '\r',
    '\u0007',
    '\u001b',
    'ä',
    'あ',
    '😀',
    '-',
  ],
];

const argument = fc
  .oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...special) }),
    fc.constantFrom('', '!', '~', '-n', '--', '$(id)', '`id`', "'", "''", '\n', 'a\nb\n', 'if'),
  )
  .filter((text) => !text.includes('\0'));

describe('quoteArgument', () => {
  it('hands any arguments through a real sh unchanged', () => {
    fc.assert(
      fc.property(fc.array(argument, { minLength: 1, maxLength: 12 }), (argv) => {
        expect(throughShell(quoteCommand(argv))).toEqual(argv);
      }),
      { numRuns: 150 },
    );
  });

  it('hands them through two shells when quoted twice', () => {
    fc.assert(
      fc.property(fc.array(argument, { minLength: 1, maxLength: 6 }), (argv) => {
        const inner = `printf '%s\\0' ${quoteCommand(argv)}`;
        const output = execFileSync('sh', ['-c', quoteCommand(['sh', '-c', inner])]);
        expect(output.toString('utf8').split('\0').slice(0, -1)).toEqual(argv);
      }),
      { numRuns: 50 },
    );
  });

  it('leaves ordinary words readable', () => {
    expect(quoteCommand(['lvs', '-o', 'lv_name,vg_name', '/dev/vg/lv'])).toBe(
      'lvs -o lv_name,vg_name /dev/vg/lv',
    );
  });

  it('quotes words that a shell would take for its own in front of a command', () => {
    for (const word of ['if', 'time', 'A=b', '!', '{', '[[']) {
      expect(quoteArgument(word)).toBe(`'${word}'`);
    }
  });

  it('refuses NUL', () => {
    expect(() => quoteArgument('a\0b')).toThrow('NUL');
  });
});
