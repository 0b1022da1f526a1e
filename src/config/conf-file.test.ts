import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readConfFile } from './conf-file.js';
import { formatProblem } from './problem.js';

const read = (text: string) => readConfFile('web.conf', text);
const problems = (text: string) => read(text).problems.map(formatProblem);

function guestOf(text: string) {
  const { guest, problems: found } = read(text);
  expect(found).toEqual([]);
  return { name: guest?.name, hosts: guest?.hosts.map((host) => host.value) };
}

describe("a file of the 2009 script's kind", () => {
  it('names a guest and its hosts', () => {
    expect(guestOf('DOMU=dc1\nDOM0S="dom0a dom0b dom0c"\n')).toEqual({
      name: 'dc1',
      hosts: ['dom0a', 'dom0b', 'dom0c'],
    });
  });

  it('may have comments, blank lines, indentation and any quotes', () => {
    const text = `# web server\n\n  DOMU='web 01' # the guest\n\t\nDOM0S="dom0a  dom"'0b'  # hosts\n#end`;
    expect(guestOf(text)).toEqual({ name: 'web 01', hosts: ['dom0a', 'dom0b'] });
  });

  it('may list hosts on several lines inside quotes', () => {
    expect(guestOf('DOM0S="\n dom0a\n\tdom0b\n"\nDOMU=dc1').hosts).toEqual(['dom0a', 'dom0b']);
  });

  it('keeps a hash that does not begin a word', () => {
    expect(guestOf('DOMU=web#1\nDOM0S="a b"').name).toBe('web#1');
  });

  it('knows where each host stands', () => {
    const places = read('DOMU=x\nDOM0S="a\n  b"').guest?.hosts.map(({ place }) => place);
    expect(places).toEqual([
      { file: 'web.conf', line: 2, column: 8 },
      { file: 'web.conf', line: 3, column: 3 },
    ]);
  });

  it.each([
    ['DOMU=$(rm -rf /)', '1:6', '"$" is shell syntax'],
    ['DOMU="`id`"', '1:7', '"`" is shell syntax'],
    ['DOMU="$HOME"', '1:7', '"$" is shell syntax'],
    ['DOMU=a\\ b', '1:7', '"\\" is shell syntax'],
    ['DOMU=a;reboot', '1:7', '";" is shell syntax'],
    ['DOMU=~root', '1:6', '"~" is shell syntax'],
    ['rm -rf /', '1:1', 'expected DOMU= or DOM0S='],
    ['export DOMU=a', '1:1', 'expected DOMU= or DOM0S='],
    ['DOMU = a', '1:1', 'without blanks'],
    ['SNAPSHOT_SIZE=1G', '1:1', '"SNAPSHOT_SIZE" is not known'],
    ['DOM0=a', '1:1', 'did you mean "DOM0S"?'],
    ['DOM0S=a b', '1:9', 'a value with blanks needs quotes'],
    ['DOM0S="a" "b"', '1:11', 'unexpected text after the value'],
    ['DOM0S="a b', '1:7', 'this quote is never closed'],
    ['DOMU=a\r', '1:7', 'Unix line ends'],
    ['\r', '1:1', 'Unix line ends'],
    ['DOMU="a\u001b[2J"', '1:8', 'control character "\\x1b"'],
    ['\ufeffDOMU=a', '1:1', 'expected DOMU='],
  ])('%j is a problem at %s', (line, position, message) => {
    const found = problems(`${line}\n`);
    expect(found[0]).toContain(`web.conf:${position}: `);
    expect(found[0]).toContain(message);
    expect(read(line).guest).toBeUndefined();
  });

  it('reports one problem for each wrong line', () => {
    expect(problems('DOMU=$x\nfoo\nDOM0S="a b"\nbar=1\n')).toHaveLength(3);
  });

  it('given a value twice shows both places', () => {
    expect(problems('DOMU=a\nDOM0S="b c"\nDOMU=d\n')).toEqual([
      'web.conf:3:1: DOMU is given twice; first at web.conf:1:1',
    ]);
  });

  it.each([
    ['', ['DOMU= is missing', 'DOM0S= is missing']],
    ['DOMU=a', ['DOM0S= is missing']],
    ['DOMU=\nDOM0S=""', ['DOMU= is empty', 'DOM0S= is empty']],
  ])('%j lacks something', (text, expected) => {
    expect(read(text).problems.map(({ message }) => message)).toEqual(expected);
  });

  it('is either understood or has a problem, whatever it contains', () => {
    const pieces = fc.constantFrom(
      'DOMU',
      'DOM0S',
      '=',
      'a',
      'b',
      ' ',
      '\n',
      '"',
      "'",
      '#',
      '$',
      ';',
      '\\',
      '\r',
      '\t',
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const reading = read(text);
        expect(reading.guest === undefined).toBe(reading.problems.length > 0);
      }),
      { numRuns: 600 },
    );
  });

  it('means what a real shell makes of it', () => {
    const bare = fc.stringMatching(/^[A-Za-z0-9_.:#=%@+,-]{1,8}$/);
    const inSingle = fc.stringMatching(/^[A-Za-z0-9 $`\\"#;&|*-]{0,8}$/).map((text) => `'${text}'`);
    const inDouble = fc.stringMatching(/^[A-Za-z0-9 '#;&|*-]{0,8}$/).map((text) => `"${text}"`);
    const values = fc.array(fc.oneof(bare, inSingle, inDouble), { minLength: 1, maxLength: 3 });
    const lines = fc.array(
      fc
        .tuple(values, values)
        .map(([guest, hosts]) => `DOMU=${guest.join('')}\nDOM0S=${hosts.join('')} # c\n`),
      { minLength: 20, maxLength: 20 },
    );
    fc.assert(
      fc.property(lines, (texts) => {
        const understood = texts.filter((text) => read(text).problems.length === 0);
        const script = understood
          .map((text) => `${text}set -f; printf '%s\\0' "$DOMU" $DOM0S; printf '\\1'\n`)
          .join('');
        const output = execFileSync('sh', { input: script, encoding: 'utf8' });
        const byShell = output.split('\u0001').slice(0, -1);
        const byUs = understood.map((text) => {
          const { name = '', hosts = [] } = guestOf(text);
          return [name, ...hosts].map((part) => `${String(part)}\0`).join('');
        });
        expect(byShell).toEqual(byUs);
      }),
      { numRuns: 20 },
    );
  });

  it.each(['DOMU=__proto__\nDOM0S="a b"\n', 'DOMU=dc1\nDOM0S="a __proto__"\n'])(
    'refuses %j: the name would be lost on the way',
    (text) => {
      expect(readConfFile('/x', text).problems).toMatchObject([
        { message: 'the name __proto__ is not allowed' },
      ]);
    },
  );

  it('refuses a text that names no guest but fills memory', () => {
    const text = `DOMU=dc1\nDOM0S="${'a '.repeat(40_000)}"\n`;
    expect(readConfFile('/x', text).problems).toMatchObject([
      { message: 'longer than 65536 characters: no file of the 2009 script' },
    ]);
  });
});
