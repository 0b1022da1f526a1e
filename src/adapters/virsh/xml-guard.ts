import { domainXmlInvalid } from './xml-error.js';
import { readTag } from './xml-tag.js';

/** Largest document, in bytes of UTF-8. A definition has some ten thousand. */
export const maxDocumentBytes = 4 * 1024 ** 2;
const maxDepth = 64;
const maxElements = 100_000;
const maxTagLength = 256 * 1024;

// XML 1.0 allows tab, line feed and carriage return of the controls, and no half of a pair.
const forbidden = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
// Five entities are predefined; a document that needs another one needs a DTD, which is refused.
const reference = /&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)/;

/**
 * Refuses, before any parser sees it, what no definition of libvirt's is: a document beyond the
 * limits, control characters, a DTD or any entity but the five predefined ones, processing
 * instructions, and whatever is not well-formed (the parser itself is lenient). One pass over the
 * text, without recursion and without expressions that backtrack, so that hostile texts cost no
 * more than others of their length.
 *
 * @throws `domain-xml-invalid`.
 */
export function guardXml(text: string): void {
  if (text.length > maxDocumentBytes || Buffer.byteLength(text) > maxDocumentBytes) {
    throw domainXmlInvalid(`larger than ${maxDocumentBytes} bytes`, text.slice(0, 2_000));
  }
  const control = forbidden.exec(text);
  if (control !== null) {
    throw domainXmlInvalid('a character that XML does not allow', text, control.index);
  }
  new Guard(text).run();
}

class Guard {
  readonly #text: string;
  /** Names of the elements that are open. */
  readonly #open: string[] = [];
  #elements = 0;
  #roots = 0;

  constructor(text: string) {
    this.#text = text;
  }

  run(): void {
    let offset = this.#text.startsWith('<?xml ') ? this.#passUntil('?>', 0, '<?xml') : 0;
    while (offset < this.#text.length) {
      const next = this.#text.indexOf('<', offset);
      const end = next === -1 ? this.#text.length : next;
      this.#characters(offset, end);
      offset = next === -1 ? end : this.#markup(next);
    }
    if (this.#roots === 0) throw domainXmlInvalid('it has no element', this.#text);
    const unclosed = this.#open.at(-1);
    if (unclosed !== undefined) throw this.#error(`<${unclosed}> is not closed`, this.#text.length);
  }

  #characters(start: number, end: number): void {
    const characters = this.#text.slice(start, end);
    if (this.#open.length === 0 && /[^ \t\r\n]/.test(characters)) {
      throw this.#error('text outside the element', start);
    }
    if (characters.includes(']]>')) throw this.#error(']]> outside CDATA', start);
    this.#references(characters, start);
  }

  /** Passes what begins with `<` at the offset given. */
  #markup(offset: number): number {
    if (this.#text.startsWith('<!--', offset)) {
      const end = this.#passUntil('-->', offset + 4, '<!--');
      if (this.#text.slice(offset + 4, end - 3).includes('--')) {
        throw this.#error('-- inside a comment', offset);
      }
      return end;
    }
    if (this.#text.startsWith('<![CDATA[', offset)) {
      if (this.#open.length === 0) throw this.#error('text outside the element', offset);
      return this.#passUntil(']]>', offset, '<![CDATA[');
    }
    if (this.#text.startsWith('<!', offset)) {
      throw this.#error('a document type or entity declaration is not allowed', offset);
    }
    if (this.#text.startsWith('<?', offset)) {
      throw this.#error('a processing instruction is not allowed', offset);
    }
    return this.#tag(offset);
  }

  #tag(start: number): number {
    const end = this.#endOfTag(start);
    const text = this.#text.slice(start, end);
    this.#references(text, start);
    const tag = readTag(text);
    switch (tag.kind) {
      case 'wrong':
        throw this.#error(tag.reason, start);
      case 'close':
        if (this.#open.pop() !== tag.name) {
          throw this.#error(`</${tag.name}> without its element`, start);
        }
        return end;
      case 'open':
      case 'empty':
        this.#element(tag.name, start);
        if (tag.kind === 'empty') this.#open.pop();
        return end;
    }
  }

  #element(name: string, start: number): void {
    if (this.#open.length === 0) this.#roots += 1;
    if (this.#roots > 1) throw this.#error('more than one element at the top', start);
    this.#open.push(name);
    if (this.#open.length > maxDepth) {
      throw this.#error(`nested deeper than ${maxDepth} levels`, start);
    }
    this.#elements += 1;
    if (this.#elements > maxElements) throw this.#error(`more than ${maxElements} elements`, start);
  }

  /** Offset after the `>` of a tag; one inside quotes does not end it. */
  #endOfTag(start: number): number {
    let quote = '';
    for (let offset = start + 1; offset < this.#text.length; offset += 1) {
      const character = this.#text.charAt(offset);
      if (character === '<') throw this.#error('< inside a tag', offset);
      if (offset - start > maxTagLength) throw this.#error('a tag without an end', start);
      if (quote !== '') {
        if (character === quote) quote = '';
      } else if (character === '"' || character === "'") quote = character;
      else if (character === '>') return offset + 1;
    }
    throw this.#error('a tag without an end', start);
  }

  #passUntil(terminator: string, offset: number, what: string): number {
    const found = this.#text.indexOf(terminator, offset);
    if (found === -1) throw this.#error(`${what} without ${terminator}`, offset);
    return found + terminator.length;
  }

  #references(text: string, start: number): void {
    const match = reference.exec(text);
    if (match !== null) {
      throw this.#error('an entity that XML does not predefine, or a bare &', start + match.index);
    }
  }

  #error(reason: string, offset: number) {
    return domainXmlInvalid(reason, this.#text, offset);
  }
}
