import { XMLParser } from 'fast-xml-parser';
import type { XmlElement } from './xml-element.js';
import { domainXmlInvalid } from './xml-error.js';
import { guardXml } from './xml-guard.js';
import { decodeReferences } from './xml-text.js';

const attributesKey = ':@';
const textKey = '#text';
const cdataKey = '#cdata';

/**
 * A document as a tree of elements.
 *
 * The parser processes no entities; references are decoded here, once. It is lenient: what is not
 * well-formed is refused before it starts (see {@link guardXml}).
 *
 * @throws `domain-xml-invalid`.
 */
export function parseXml(text: string): XmlElement {
  guardXml(text);
  const [root, ...others] = parseNodes(text).flatMap((node) => elementsOf(node, text));
  if (root === undefined || typeof root === 'string' || others.length > 0) {
    throw domainXmlInvalid('not one element', text);
  }
  return root;
}

function parseNodes(text: string): readonly unknown[] {
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    textNodeName: textKey,
    cdataPropName: cdataKey,
    processEntities: false,
    parseTagValue: false,
    parseAttributeValue: false,
    trimValues: false,
    ignoreDeclaration: true,
    // It would rename toString and its like; with the order preserved each is a property of its own.
    onDangerousProperty: (name) => name,
  });
  try {
    const nodes: unknown = parser.parse(text);
    return requireList(nodes, text).filter((node) => !isBlankText(node));
  } catch (error) {
    // It refuses names such as __proto__ by throwing.
    const reason = error instanceof Error ? error.message : String(error);
    throw domainXmlInvalid(reason, text, undefined, error);
  }
}

/** Around the root there are line ends. */
function isBlankText(node: unknown): boolean {
  const value = isRecord(node) ? node[textKey] : undefined;
  return typeof value === 'string' && value.trim() === '';
}

/** A node of the parser's: `{ name: [children], ':@': { attribute: value } }`. */
function elementsOf(node: unknown, text: string): readonly (XmlElement | string)[] {
  if (!isRecord(node)) throw domainXmlInvalid('a node that is none', text);
  const keys = Object.keys(node).filter((key) => key !== attributesKey);
  const [name] = keys;
  if (name === undefined || keys.length > 1) throw domainXmlInvalid('a node that is none', text);
  const content = node[name];
  if (name === textKey) return [decode(normalizeLineEnds(requireText(content, text)), text)];
  const inside = requireList(content, text);
  // Nothing is decoded inside CDATA.
  if (name === cdataKey) return [inside.map((part) => cdataText(part, text)).join('')];
  const children = inside.flatMap((child) => elementsOf(child, text));
  return [{ name, attributes: attributesOf(node[attributesKey], text), children }];
}

function attributesOf(attributes: unknown, text: string): ReadonlyMap<string, string> {
  if (attributes === undefined) return new Map();
  if (!isRecord(attributes)) throw domainXmlInvalid('attributes that are none', text);
  return new Map(
    Object.entries(attributes).map(([name, value]) => [
      name,
      // XML: white space as it stands is a blank; a reference to a line end is a line end.
      decode(requireText(value, text).replace(/\r\n|[\t\r\n]/g, ' '), text),
    ]),
  );
}

function cdataText(part: unknown, text: string): string {
  return normalizeLineEnds(requireText(isRecord(part) ? part[textKey] : part, text));
}

function decode(value: string, text: string): string {
  const decoded = decodeReferences(value);
  if (decoded.kind === 'text') return decoded.text;
  throw domainXmlInvalid(`${decoded.reference} is no character of XML`, text);
}

function normalizeLineEnds(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

function requireText(value: unknown, text: string): string {
  if (typeof value !== 'string') throw domainXmlInvalid('a text that is none', text);
  return value;
}

function requireList(value: unknown, text: string): readonly unknown[] {
  if (!Array.isArray(value)) throw domainXmlInvalid('a list that is none', text);
  return value;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
