import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../shared/recordings.contract.js';
import { parseXml } from './xml-parse.js';
import { evaluateXPath, parseXPath } from './xpath.js';

const article = ['dc1-virsh.xml', 'dc1-xmllint.xml'].map((file) => {
  const place = new URL(`../../../fixtures/article/${file}`, import.meta.url);
  return [file, parseXml(readFileSync(place, 'utf8'))] as const;
});

function values(xml: string, expression: string) {
  return evaluateXPath(parseXPath(expression), parseXml(xml)).map((match) =>
    match.kind === 'element' ? match.xml : match.value,
  );
}

describe.each(article)("the article's questions to %s", (_, root) => {
  const ask = (expression: string) => evaluateXPath(parseXPath(expression), root);

  it('give the source device of every disk', () => {
    expect(ask('/domain/devices/disk/source/@dev')).toEqual([
      { kind: 'attribute', value: '/dev/VolGroupXX/LogVolDc1' },
    ]);
  });

  it('give the bridges of all interfaces, or of the second', () => {
    expect(ask('/domain/devices/interface/source/@bridge').map((match) => match)).toEqual([
      { kind: 'attribute', value: 'br4000' },
      { kind: 'attribute', value: 'br2002' },
    ]);
    expect(ask('/domain/devices/interface[2]/source/@bridge')).toEqual([
      { kind: 'attribute', value: 'br2002' },
    ]);
  });

  it('give a disk as XML', () => {
    expect(ask('/domain/devices/disk')).toEqual([
      {
        kind: 'element',
        xml: '<disk type="block" device="disk">\n<driver name="phy"/>\n<source dev="/dev/VolGroupXX/LogVolDc1"/>\n<target dev="xvda"/>\n</disk>',
      },
    ]);
  });

  it('give text where there is nothing else', () => {
    expect(ask('/domain/memory')).toEqual([{ kind: 'text', value: '262144' }]);
  });

  it('give nothing where nothing matches', () => {
    expect(ask('/domain/devices/disk[2]/source/@dev')).toEqual([]);
    expect(ask('/domain/devices/disk/source/@file')).toEqual([]);
    expect(ask('/network')).toEqual([]);
  });
});

describe('an XPath expression', () => {
  const xml = `<r><a i="1"><b>x</b><b>y</b></a><c/><a i="2"><b>z</b></a></r>`;

  it('counts positions within each parent', () => {
    expect(values(xml, '/r/a/b[1]')).toEqual(['x', 'z']);
    expect(values(xml, '/r/a/b[2]')).toEqual(['y']);
    expect(values(xml, '/r/a[2]/b[1]')).toEqual(['z']);
    expect(values(xml, '/r[1]/a/@i')).toEqual(['1', '2']);
    expect(values(xml, '/r[2]/a/@i')).toEqual([]);
    expect(values(xml, '/r/a[0]')).toEqual([]);
    expect(values(xml, '/r/a[999999999]')).toEqual([]);
  });

  it('takes names with prefixes as they are written', () => {
    expect(values('<a><q:b q:c="1">x</q:b><b>y</b></a>', '/a/q:b')).toEqual(['x']);
    expect(values('<a><q:b q:c="1">x</q:b><b>y</b></a>', '/a/q:b/@q:c')).toEqual(['1']);
  });

  it('shows an empty element as XML, so that its presence is seen', () => {
    expect(values('<a><readonly/></a>', '/a/readonly')).toEqual(['<readonly/>']);
  });

  it('decodes a value and encodes it again inside XML', () => {
    const text = `<a b="&lt;&quot;&#10;">&amp;<c d='"&apos;'>&gt;</c></a>`;
    expect(values(text, '/a/@b')).toEqual(['<"\n']);
    expect(values(text, '/a')).toEqual([`<a b="&lt;&quot;&#10;">&amp;<c d="&quot;'">&gt;</c></a>`]);
  });

  it.each([
    '',
    '/',
    'domain',
    'domain/devices',
    '//disk',
    '/domain//disk',
    '/domain/',
    '/domain/*',
    '/domain/text()',
    '/domain/..',
    '/domain/.',
    '/domain/@*',
    '/@id',
    '/domain/@id/x',
    '/domain/disk[@a="b"]',
    '/domain/disk[last()]',
    '/domain/disk[1][2]',
    '/domain/disk[-1]',
    '/domain/disk[1.5]',
    '/domain/disk[1',
    '/domain/disk[ 1 ]',
    '/domain | /network',
    'count(/domain)',
    '/child::domain',
    '/domain/disk[9999999999]',
    '/dom ain',
    '/1',
    `/${'a'.repeat(1_000)}`,
  ])('outside what is supported is refused: %s', (expression) => {
    expect(codeOf(() => parseXPath(expression))).toBe('expression-invalid');
  });

  it('is understood or refused with what is supported, whatever it is', () => {
    const pieces = fc.constantFrom('/', 'a', '@', '[', ']', '1', '*', '.', '(', ')', ' ', ':');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map((parts) => `/${parts.join('')}`),
        ),
        (text) => {
          expect(['nothing was thrown', 'expression-invalid']).toContain(
            codeOf(() => parseXPath(text)),
          );
        },
      ),
    );
  });
});
