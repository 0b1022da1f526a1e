import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { domainStates } from '../../core/model/index.js';
import { codeOf, expectStrict, garbage } from '../shared/recordings.contract.js';
import { parseAutostart, parseDomainList, parseDomainState } from './parse.js';

/** As virsh has printed the table since 2018: columns as wide as their longest cell. */
function table(rows: readonly (readonly [id: string, name: string, state: string])[]): string {
  const all = [['Id', 'Name', 'State'], ...rows];
  const width = (column: number) => Math.max(...all.map((row) => (row[column] ?? '').length));
  const line = ([id = '', name = '', state = '']: readonly string[]) =>
    ` ${id.padEnd(width(0))}   ${name.padEnd(width(1))}   ${state}`;
  const [header = '', ...lines] = all.map(line);
  return `${header}\n${'-'.repeat(40)}\n${lines.map((text) => `${text}\n`).join('')}\n`;
}

/** As before: columns of a fixed width, which a long name overruns. */
function oldTable(rows: readonly (readonly [id: string, name: string, state: string])[]): string {
  const line = (id: string, name: string, state: string) =>
    ` ${id.padEnd(5)} ${name.padEnd(30)} ${state}\n`;
  const lines = rows.map((row) => line(...row)).join('');
  return `${line('Id', 'Name', 'State')}${'-'.repeat(52)}\n${lines}\n`;
}

const names = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
  fc.constantFrom(
    'running',
    'in shutdown',
    'web shut',
    'no',
    'a   running',
    '-',
    '7',
    'Id Name State',
  ),
);
const rows = fc.uniqueArray(
  fc.tuple(
    fc.oneof(fc.constant('-'), fc.nat().map(String)),
    names.filter(
      (name) => name.trim() === name && !/[\p{Cc}\u2028\u2029]/u.test(name) && name !== 'Domain-0',
    ),
    fc.constantFrom(...domainStates),
  ),
  { selector: ([, name]) => name },
);

describe('the list of domains', () => {
  it.each([
    ['of today', table],
    ['of old versions', oldTable],
  ])('%s is read whatever the names are', (_, print) => {
    fc.assert(
      fc.property(rows, (domains) => {
        expect(parseDomainList(print(domains))).toEqual(
          domains.map(([, name, state]) => ({ name, state })),
        );
      }),
    );
  });

  it('leaves out the host itself', () => {
    expect(parseDomainList(table([['0', 'Domain-0', 'running']]))).toEqual([]);
  });

  it('knows what old versions called idle', () => {
    expect(parseDomainList(oldTable([['3', 'web', 'blocked']]))).toEqual([
      { name: 'web', state: 'idle' },
    ]);
  });

  it.each([
    ['nothing', ''],
    ['no header', ' 1   web   running\n'],
    ['no rule', ' Id   Name   State\n 1   web   running\n'],
    ['a state nobody knows', table([['1', 'web', 'dancing']])],
    ['a line without an id', table([['x', 'web', 'running']])],
    ['a line without a name', table([['1', '', 'running']])],
    [
      'a name twice',
      table([
        ['1', 'web', 'running'],
        ['-', 'web', 'shut off'],
      ]),
    ],
    ['a warning', `warning: something\n${table([])}`],
  ])('with %s is refused', (_, text) => {
    expect(codeOf(() => parseDomainList(text))).toBe('output-unexpected');
  });

  it('of garbage is refused, never empty', () => {
    fc.assert(
      fc.property(garbage('virsh'), (text) => {
        expectStrict(parseDomainList, text);
        if (!text.includes('Id')) {
          expect(codeOf(() => parseDomainList(text))).toBe('output-unexpected');
        }
      }),
    );
  });
});

describe('the state of a domain', () => {
  it.each(domainStates)('may be %s', (state) => {
    expect(parseDomainState(`${state}\n\n`)).toBe(state);
  });

  it.each(['', '\n', 'running (booted)\n', 'Running', 'running\npaused\n', 'toString'])(
    'is refused as %j',
    (text) => {
      expect(codeOf(() => parseDomainState(text))).toBe('output-unexpected');
    },
  );

  it('of garbage is refused', () => {
    fc.assert(
      fc.property(garbage('virsh'), (text) => {
        expectStrict(parseDomainState, text);
      }),
    );
  });
});

describe('autostart', () => {
  it.each([
    ['enable', true],
    ['disable', false],
  ])('%s is understood', (word, expected) => {
    expect(parseAutostart(`Id:  -\nAutostart:      ${word}\nManaged save:   no\n`)).toBe(expected);
  });

  it.each([
    '',
    'Id: 1\n',
    'Autostart: maybe\n',
    'Autostart: enable\nAutostart: disable\n',
    'Autostart:\nenable\n',
  ])('is refused in %j', (text) => {
    expect(codeOf(() => parseAutostart(text))).toBe('output-unexpected');
  });

  it('of garbage is refused', () => {
    fc.assert(
      fc.property(garbage('virsh'), (text) => {
        expectStrict(parseAutostart, text);
      }),
    );
  });
});
