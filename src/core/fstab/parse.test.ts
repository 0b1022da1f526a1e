import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFstab } from './parse.js';

describe('parseFstab', () => {
  it('reads the six fields, separated by any blanks and tabs', () => {
    const { entries } = parseFstab('/dev/xvda1 \t /boot\text3   noatime,ro 1 2\n');
    expect(entries).toEqual([
      {
        line: 1,
        device: '/dev/xvda1',
        mountPoint: '/boot',
        type: 'ext3',
        options: ['noatime', 'ro'],
      },
    ]);
  });

  it('takes defaults where the options are left out', () => {
    expect(parseFstab('/dev/xvda1 / ext3').entries[0]?.options).toEqual(['defaults']);
  });

  it('leaves out comments and blank lines, and keeps counting lines', () => {
    const text = '# <file system>\n\n   # indented\n\t\n/dev/xvda1 / ext3 defaults 0 1\n';
    expect(parseFstab(text)).toMatchObject({ entries: [{ line: 5 }], malformed: [] });
  });

  it('reads lines that end as on Windows, and a byte order mark', () => {
    const { entries, malformed } = parseFstab(
      '\ufeff/dev/xvda1 / ext3 ro\r\n\r\nproc /proc proc\r\n',
    );
    expect(entries.map(({ device, options }) => [device, options])).toEqual([
      ['/dev/xvda1', ['ro']],
      ['proc', ['defaults']],
    ]);
    expect(malformed).toEqual([]);
  });

  it.each([
    ['/mnt/with\\040blank', '/mnt/with blank'],
    ['/mnt/tab\\011here', '/mnt/tab\there'],
    ['/mnt/back\\134slash', '/mnt/back\\slash'],
    ['/mnt/new\\012line', '/mnt/new\nline'],
    ['/mnt/\\303\\244', '/mnt/ä'],
    ['/mnt/\\343\\201\\202\\040', '/mnt/あ '],
    ['/mnt/\\04', '/mnt/\\04'],
    ['/mnt/\\400', '/mnt/\\400'],
    ['/mnt/\\134040', '/mnt/\\040'],
  ])('decodes %j to %j', (field, text) => {
    expect(parseFstab(`/dev/xvda1 ${field} ext3`).entries[0]?.mountPoint).toBe(text);
  });

  it('reports a line with too few fields instead of guessing', () => {
    expect(parseFstab('/dev/xvda1\n/dev/xvda2 /home\n')).toEqual({
      entries: [],
      malformed: [
        { line: 1, text: '/dev/xvda1' },
        { line: 2, text: '/dev/xvda2 /home' },
      ],
    });
  });

  it('accounts for every line that is neither blank nor a comment', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { entries, malformed } = parseFstab(text);
        const lines = text.split('\n').filter((line) => !/^\s*(#|$)/.test(line));
        expect(entries.length + malformed.length).toBe(lines.length);
      }),
    );
  });

  it('reads back any field that was written with its escapes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
        const bytes = [...new TextEncoder().encode(name)];
        const escaped = bytes.map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
        expect(parseFstab(`LABEL=${escaped} / ext3`).entries[0]?.device).toBe(`LABEL=${name}`);
      }),
    );
  });
});
