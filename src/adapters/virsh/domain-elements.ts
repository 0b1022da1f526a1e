import {
  childElements,
  hasOnlyText,
  serializeElement,
  stringValue,
  type XmlElement,
} from './xml-element.js';
import { domainXmlInvalid } from './xml-error.js';

/**
 * The only child of a name, `undefined` when there is none.
 *
 * @throws `domain-xml-invalid` when there are several: nobody could say which one counts.
 */
export function onlyChild(element: XmlElement, name: string): XmlElement | undefined {
  const [first, ...others] = childElements(element, name);
  if (others.length > 0) {
    throw domainXmlInvalid(
      `<${element.name}> has more than one <${name}>`,
      serializeElement(element),
    );
  }
  return first;
}

/**
 * Text of the only child of a name; `undefined` when it is absent or empty.
 *
 * @throws `domain-xml-invalid` when there are several, or elements inside.
 */
export function textOfChild(element: XmlElement, name: string): string | undefined {
  const child = onlyChild(element, name);
  if (child === undefined) return undefined;
  if (!hasOnlyText(child)) {
    throw domainXmlInvalid(`<${name}> has elements in it`, serializeElement(child));
  }
  const text = stringValue(child).trim();
  return text === '' ? undefined : text;
}

/** Attributes of the only child of a name. */
export function attributesOfChild(
  element: XmlElement,
  name: string,
): Readonly<Record<string, string>> | undefined {
  const child = onlyChild(element, name);
  return child === undefined ? undefined : Object.fromEntries(child.attributes);
}

/** An attribute of the only child of a name; `undefined` when either is absent. */
export function attributeOfChild(
  element: XmlElement,
  name: string,
  attribute: string,
): string | undefined {
  return onlyChild(element, name)?.attributes.get(attribute);
}
