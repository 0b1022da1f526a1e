import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf, garbage } from '../shared/recordings.contract.js';
import { serializeElement, type XmlElement } from './xml-element.js';
import { parseXml } from './xml-parse.js';

function messageOf(text: string): string {
  try {
    parseXml(text);
    return 'nothing was thrown';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const nested = (depth: number) => `${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}`;

describe('an XML document', () => {
  it('becomes a tree of elements', () => {
    const text = `<?xml version="1.0"?>
<!-- about -->
<a:b c='1' d = "x>y">t<e/><!-- < & --><e  f='"'></e >u</a:b>
`;
    expect(parseXml(text)).toEqual({
      name: 'a:b',
      attributes: new Map([
        ['c', '1'],
        ['d', 'x>y'],
      ]),
      children: [
        't',
        { name: 'e', attributes: new Map(), children: [] },
        { name: 'e', attributes: new Map([['f', '"']]), children: [] },
        'u',
      ],
    });
  });

  it('has its references decoded once, and nothing in CDATA', () => {
    const { attributes, children } = parseXml(
      `<a b='&lt;&#65;&#x1F600;&amp;lt;&apos;&quot;'>&gt;&amp;#65;<![CDATA[&lt;<b>]]></a>`,
    );
    expect(attributes.get('b')).toBe('<A😀&lt;\'"');
    expect(children.map(String).join('')).toBe('>&#65;&lt;<b>');
  });

  it('has white space in attributes normalised, but not where it is written as a reference', () => {
    const { attributes } = parseXml('<a b="x\ty\nz\r\nw&#9;v&#10;u"/>');
    expect(attributes.get('b')).toBe('x y z w\tv\nu');
  });

  it('may use names that JavaScript objects have', () => {
    const root = parseXml('<a toString="1"><constructor0 hasOwnProperty="2"/></a>');
    expect(root.attributes.get('toString')).toBe('1');
    expect(serializeElement(root)).toBe('<a toString="1"><constructor0 hasOwnProperty="2"/></a>');
  });

  it.each([
    ['nothing', '', 'it has no element'],
    ['only white space', ' \n', 'it has no element'],
    ['only text', 'hello', 'text outside the element'],
    ['text after the element', '<a/>x', 'text outside the element'],
    ['two elements at the top', '<a/><b/>', 'more than one element at the top (line 1, column 5)'],
    ['an element not closed', '<a><b></a>', '</a> without its element'],
    ['nothing closed', '<a>\n<b>', '<b> is not closed (line 2, column 4)'],
    ['a closing tag too many', '<a/></b>', '</b> without its element'],
    ['a tag without an end', '<a b="1"', 'a tag without an end'],
    ['a quote without an end', '<a b="1></a>', '< inside a tag'],
    ['an attribute twice', '<a b="1" b="2"/>', 'the attribute b is given twice'],
    ['an attribute without a value', '<a b/>', 'an attribute that is none'],
    ['an attribute without quotes', '<a b=1/>', 'an attribute that is none'],
    ['attributes without a blank', `<a b='1'c='2'/>`, 'an attribute that is none'],
    ['< in an attribute', '<a b="<"/>', '< inside a tag'],
    ['a number for a name', '<1/>', 'a tag without a name'],
    ['a blank before the name', '< a/>', 'a tag without a name'],
    ['an attribute on a closing tag', '<a></a b="1">', 'a closing tag that is none'],
    ['a document type', '<!DOCTYPE a><a/>', 'a document type or entity declaration is not allowed'],
    ['a document type in lower case', '<!doctype a><a/>', 'a document type or entity declaration'],
    ['an entity of its own', '<a>&foo;</a>', 'an entity that XML does not predefine'],
    ['an entity in an attribute', '<a b="&foo;"/>', 'an entity that XML does not predefine'],
    ['a bare ampersand', '<a>x & y</a>', 'an entity that XML does not predefine, or a bare &'],
    ['a reference to a control character', '<a>&#27;</a>', '&#27; is no character of XML'],
    ['a reference to nothing', '<a>&#x110000;</a>', '&#x110000; is no character of XML'],
    ['a reference to half a pair', '<a b="&#xD800;"/>', '&#xD800; is no character of XML'],
    [
      'an endless reference',
      `<a>&#${'9'.repeat(50)};</a>`,
      'an entity that XML does not predefine',
    ],
    ['a control character', '<a>\u001b[2J</a>', 'a character that XML does not allow'],
    ['NUL', '<a>\0</a>', 'a character that XML does not allow'],
    ['half a pair', '<a>\ud800</a>', 'a character that XML does not allow'],
    ['a processing instruction', '<a><?php x?></a>', 'a processing instruction is not allowed'],
    ['a comment without an end', '<a><!-- x</a>', '<!-- without -->'],
    ['-- in a comment', '<a><!-- x -- y --></a>', '-- inside a comment'],
    ['CDATA without an end', '<a><![CDATA[x</a>', '<![CDATA[ without ]]>'],
    ['CDATA outside', '<![CDATA[x]]><a/>', 'text outside the element'],
    [']]> outside CDATA', '<a>]]></a>', ']]> outside CDATA'],
    ['__proto__', '<a><__proto__/></a>', '__proto__'],
    ['__proto__ as an attribute', '<a __proto__="1"/>', '__proto__'],
    ['a byte order mark', '\ufeff<a/>', 'text outside the element'],
  ])('with %s is refused', (_, text, message) => {
    expect(messageOf(text)).toContain('domain definition: ');
    expect(messageOf(text)).toContain(message);
    expect(codeOf(() => parseXml(text))).toBe('domain-xml-invalid');
  });

  it('that expands entities without end is refused at its first declaration', () => {
    const entities = Array.from(
      { length: 12 },
      (_, level) => `<!ENTITY l${level + 1} "${`&l${level};`.repeat(10)}">`,
    );
    const bomb = `<?xml version="1.0"?>\n<!DOCTYPE l [<!ENTITY l0 "lol">${entities.join('')}]>\n<l>&l12;</l>`;
    expect(messageOf(bomb)).toContain('entity declaration is not allowed (line 2, column 1)');
  });

  it('that reads a file of the host is refused', () => {
    const text = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>';
    expect(messageOf(text)).toContain('entity declaration is not allowed');
  });

  it.each([
    ['100 MB', `<a>${'x'.repeat(100 * 1024 ** 2)}</a>`, 'larger than 4194304 bytes'],
    [
      '4 MiB of characters that take three bytes',
      `<a>${'語'.repeat(1_400_000)}</a>`,
      'larger than',
    ],
    ['65 levels', nested(65), 'nested deeper than 64 levels'],
    ['500,000 levels', nested(500_000), 'nested deeper than 64 levels'],
    ['500,000 elements', `<a>${'<b/>'.repeat(500_000)}</a>`, 'more than 100000 elements'],
    ['one huge tag', `<a ${'b'.repeat(3_000_000)}="1"/>`, 'a tag without an end'],
    [
      'very many attributes',
      `<a ${Array.from({ length: 20_000 }, (_, i) => `b${i}=""`).join(' ')}/>`,
      'nothing was thrown',
    ],
    ['very many bare ampersands', `<a>${'&'.repeat(4_000_000)}</a>`, 'a bare &'],
    ['very many unclosed quotes', `<a>${`<b c='`.repeat(500_000)}`, '< inside a tag'],
  ])('of %s costs little', (_, text, message) => {
    const started = performance.now();
    expect(messageOf(text)).toContain(message);
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  it('takes 64 levels', () => {
    expect(messageOf(nested(64))).toBe('nothing was thrown');
  });

  it('quotes hostile text harmlessly', () => {
    expect(messageOf('<a\u001b[2J/>')).not.toMatch(/\p{Cc}/u);
    expect(messageOf('<a><b></\u009bc></a>')).not.toMatch(/\p{Cc}/u);
  });

  const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,6}$/);
  // Around texts of white space alone the parser is free; definitions never depend on them.
  const text = fc
    .string({ unit: 'grapheme', minLength: 1 })
    .map(
      (value) =>
        `x${value.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')}`,
    );
  const { element } = fc.letrec<{ element: XmlElement; node: XmlElement | string }>((tie) => ({
    element: fc.record({
      name,
      attributes: fc.dictionary(name, text).map((entries) => new Map(Object.entries(entries))),
      children: fc
        .array(tie('node'), { maxLength: 3 })
        // Two texts in a row are one.
        .map((nodes) =>
          nodes.filter((node, i) => typeof node !== 'string' || typeof nodes[i - 1] !== 'string'),
        ),
    }),
    node: fc.oneof({ maxDepth: 5 }, text, tie('element')),
  }));

  it('is read as it was written', () => {
    fc.assert(
      fc.property(element, (tree) => {
        expect(parseXml(serializeElement(tree))).toEqual(tree);
      }),
    );
  });

  it('is understood or refused, whatever it contains', () => {
    const pieces = fc.constantFrom(
      '<',
      '>',
      '/',
      'a',
      ' ',
      'b="1"',
      "'",
      '"',
      '&',
      ';',
      '&lt;',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '<a>',
      '</a>',
      '\n',
      '<?',
      '?>',
      '=',
    );
    const texts = fc.oneof(
      garbage('virsh'),
      fc.array(pieces).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, (value) => {
        expect(['nothing was thrown', 'domain-xml-invalid']).toContain(
          codeOf(() => parseXml(value)),
        );
      }),
      { numRuns: 1_000 },
    );
  });
});
