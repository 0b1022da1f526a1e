import { XenBackupError } from '../../core/errors/index.js';
import { printable } from '../shared/index.js';

/**
 * The error for a document that is not taken.
 *
 * @param offset - where in the text, when that is known
 */
export function domainXmlInvalid(
  reason: string,
  text: string,
  offset?: number,
  cause?: unknown,
): XenBackupError {
  const place = offset === undefined ? '' : ` (${placeOf(text, offset)})`;
  return new XenBackupError('domain-xml-invalid', {
    message: `domain definition: ${reason}${place}`,
    details: {
      text: printable(offset === undefined ? text : text.slice(Math.max(0, offset - 200))),
    },
    ...(cause === undefined ? {} : { cause }),
  });
}

function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return `line ${line}, column ${offset - before.lastIndexOf('\n')}`;
}
