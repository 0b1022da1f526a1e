import type { z } from 'zod';
import { printable } from './printable.js';
import { unexpectedOutput } from './result.js';

/**
 * A tool's JSON, checked against a schema.
 *
 * @param what - what was being read, for the message
 * @throws `output-unexpected` when it is no JSON or not what the schema describes; nothing is
 * left out or guessed.
 */
export function parseJson<Schema extends z.ZodType>(
  what: string,
  text: string,
  schema: Schema,
): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unexpectedOutput(`${what}: not JSON`, text, { cause });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    // A schema's message may repeat the value, which may be of any length.
    const place =
      issue === undefined ? '' : printable(` at ${issue.path.join('.')}: ${issue.message}`, 300);
    throw unexpectedOutput(`${what}: not as expected${place}`, text, { cause: parsed.error });
  }
  return parsed.data;
}
