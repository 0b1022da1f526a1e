import { encodeAttribute, encodeText } from './xml-text.js';

/** An element with what it says: references decoded, comments left out. */
export interface XmlElement {
  readonly name: string;
  /** In document order. */
  readonly attributes: ReadonlyMap<string, string>;
  /** Elements, and the texts between them (white space too). */
  readonly children: readonly (XmlElement | string)[];
}

/** Child elements of a name, in document order. */
export function childElements(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter(
    (child): child is XmlElement => typeof child !== 'string' && child.name === name,
  );
}

/** True for an element that has no elements in it. */
export function hasOnlyText(element: XmlElement): boolean {
  return element.children.every((child) => typeof child === 'string');
}

/** All text of an element and of those in it (XPath's string value). */
export function stringValue(element: XmlElement): string {
  return element.children
    .map((child) => (typeof child === 'string' ? child : stringValue(child)))
    .join('');
}

/** The element as XML again. */
export function serializeElement(element: XmlElement): string {
  const attributes = [...element.attributes]
    .map(([name, value]) => ` ${name}="${encodeAttribute(value)}"`)
    .join('');
  if (element.children.length === 0) return `<${element.name}${attributes}/>`;
  const inside = element.children
    .map((child) => (typeof child === 'string' ? encodeText(child) : serializeElement(child)))
    .join('');
  return `<${element.name}${attributes}>${inside}</${element.name}>`;
}
