// Escapes what could move a terminal's cursor or turn its writing direction: the text comes from
// files that somebody else may have written.
const unprintable = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const limit = 100;

/** A text from a file, in double quotes, on one line, at most 100 characters of it. */
export function quoted(text: string): string {
  const cut = text.length > limit ? `${text.slice(0, limit)}…` : text;
  const escaped = cut.replace(
    unprintable,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
  return `"${escaped}"`;
}
