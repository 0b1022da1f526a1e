import { XenBackupError } from '../../core/errors/index.js';
import { printable } from '../shared/index.js';
import {
  childElements,
  hasOnlyText,
  serializeElement,
  stringValue,
  type XmlElement,
} from './xml-element.js';

/** A path into a document: what is supported of XPath. */
export interface XPath {
  /** Child steps from the root. `position` counts from 1 within each parent, as XPath does. */
  readonly steps: readonly { readonly name: string; readonly position?: number }[];
  /** The last step, when it is `@name`. */
  readonly attribute?: string;
}

/** What a path leads to. */
export type XPathMatch =
  | { readonly kind: 'attribute'; readonly value: string }
  /** An element with nothing but text in it. */
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'element'; readonly xml: string };

const longestExpression = 1_000;
const word = String.raw`[\p{L}_][\p{L}\p{N}_.-]*`;
/** With a prefix, as `qemu:commandline`: compared as it is written. */
const name = `${word}(?::${word})?`;
const childStep = new RegExp(String.raw`^(${name})(?:\[([0-9]{1,9})\])?$`, 'u');
const attributeStep = new RegExp(String.raw`^@(${name})$`, 'u');

/**
 * Understands an expression.
 *
 * @throws `expression-invalid` for anything but child steps, `[n]` and a final `@attribute`.
 */
export function parseXPath(expression: string): XPath {
  if (!expression.startsWith('/') || expression.length > longestExpression) {
    throw expressionInvalid(expression);
  }
  const parts = expression.slice(1).split('/');
  const attribute = attributeStep.exec(parts.at(-1) ?? '')?.[1];
  const steps = (attribute === undefined ? parts : parts.slice(0, -1)).map((part) => {
    const match = childStep.exec(part);
    if (match === null) throw expressionInvalid(expression, part);
    const [, step = '', position] = match;
    return { name: step, ...(position === undefined ? {} : { position: Number(position) }) };
  });
  if (steps.length === 0) throw expressionInvalid(expression);
  return { steps, ...(attribute === undefined ? {} : { attribute }) };
}

/** All matches in document order; none is an empty list. */
export function evaluateXPath(path: XPath, root: XmlElement): readonly XPathMatch[] {
  const document: XmlElement = { name: '', attributes: new Map(), children: [root] };
  let elements: readonly XmlElement[] = [document];
  for (const { name: step, position } of path.steps) {
    elements = elements.flatMap((parent) => {
      const children = childElements(parent, step);
      return position === undefined
        ? children
        : children.slice(Math.max(position - 1, 0), position);
    });
  }
  const { attribute } = path;
  return attribute === undefined
    ? elements.map(matchOf)
    : elements.flatMap((element) => {
        const value = element.attributes.get(attribute);
        return value === undefined ? [] : [{ kind: 'attribute', value } as const];
      });
}

function matchOf(element: XmlElement): XPathMatch {
  return element.children.length > 0 && hasOnlyText(element)
    ? { kind: 'text', value: stringValue(element) }
    : { kind: 'element', xml: serializeElement(element) };
}

function expressionInvalid(expression: string, part?: string): XenBackupError {
  const where =
    part === undefined || part === expression ? '' : `, at ${printable(JSON.stringify(part), 100)}`;
  return new XenBackupError('expression-invalid', {
    message: `not supported: ${printable(JSON.stringify(expression), 200)}${where}`,
    remedy:
      'Supported of XPath: child steps from the root, [n] and a final @attribute, for example /domain/devices/disk[1]/source/@dev.',
  });
}
