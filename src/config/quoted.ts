import { printable } from '../core/units/index.js';

const limit = 100;

/** A text from a file, in double quotes, on one line, at most 100 characters of it. */
export function quoted(text: string): string {
  const cut = text.length > limit ? `${text.slice(0, limit)}…` : text;
  return `"${printable(cut)}"`;
}
