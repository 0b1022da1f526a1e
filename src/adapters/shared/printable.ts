/** Longest raw text of a tool that an error carries, in characters. */
export const rawTextLimit = 2_000;

// C0 and C1 controls, DEL, line separators, and the marks that turn the writing direction.
const unprintable = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Text of a tool or a guest on one line and harmless to a terminal: control characters appear as
 * `\n`, `\t` or `\u001b`, backslashes stay as they are. Longer texts are cut, and say so.
 *
 * @param limit - in characters; default {@link rawTextLimit}
 */
export function printable(text: string, limit: number = rawTextLimit): string {
  const cut = text.length > limit ? text.slice(0, limit) : text;
  const escaped = cut.replace(unprintable, escapeCharacter);
  return cut === text ? escaped : `${escaped}… (${String(text.length - limit)} more characters)`;
}

function escapeCharacter(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}

/** First line of a text that says anything, trimmed; empty when there is none. */
export function firstLine(text: string): string {
  return printable(
    text
      .split('\n')
      .map((line) => line.trim())
      .find((line) => line !== '') ?? '',
    300,
  );
}
