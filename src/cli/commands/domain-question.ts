import {
  evaluateXPath,
  parseXml,
  parseXPath,
  type XPath,
  type XPathMatch,
} from '../../adapters/virsh/index.js';
import { type DiskSource, type DomainDefinition, printable } from '../../core/index.js';

/** What `domain --get` asks for. */
export type Question =
  | { readonly kind: 'disks' | 'interfaces' }
  | { readonly kind: 'path'; readonly path: XPath };

/**
 * Understands the value of `--get`.
 *
 * @throws `expression-invalid`.
 */
export function parseQuestion(text: string): Question {
  if (text === 'disks' || text === 'interfaces') return { kind: text };
  return { kind: 'path', path: parseXPath(text) };
}

/** The answer as it is printed, with its line ends; empty when nothing matches. */
export function answer(
  question: Question,
  definition: DomainDefinition,
  format: 'text' | 'json',
): string {
  switch (question.kind) {
    case 'disks':
      return format === 'json'
        ? json(definition.disks)
        : lines(definition.disks.map(({ target, source }) => [target, sourceText(source)]));
    case 'interfaces':
      return format === 'json'
        ? json(definition.interfaces)
        : lines(
            definition.interfaces.map(({ bridge = '', macAddress = '' }) => [bridge, macAddress]),
          );
    case 'path': {
      const matches = evaluateXPath(question.path, parseXml(definition.xml));
      return format === 'json' ? json(matches.map(exactText)) : matches.map(matchText).join('');
    }
  }
}

function sourceText(source: DiskSource): string {
  switch (source.kind) {
    case 'block':
    case 'file':
      return source.path;
    case 'other':
      return source.description;
    case 'none':
      return '';
  }
}

/** Columns with a tab between; what could be taken for one, or for a line end, is escaped. */
function lines(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(printable).join('\t')}\n`).join('');
}

function exactText(match: XPathMatch): string {
  return match.kind === 'element' ? match.xml : match.value;
}

function matchText(match: XPathMatch): string {
  // XML keeps its own lines and indentation.
  if (match.kind === 'element')
    return `${match.xml
      .split(/([\n\t])/)
      .map(printableUnlessBlank)
      .join('')}\n`;
  return `${printable(match.value)}\n`;
}

function printableUnlessBlank(part: string): string {
  return part === '\n' || part === '\t' ? part : printable(part);
}

/** JSON, with escapes for what JSON allows and a terminal obeys. */
function json(value: unknown): string {
  const text = JSON.stringify(value, null, 2).replace(
    /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${text}\n`;
}
