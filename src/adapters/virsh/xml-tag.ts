const nameCharacters = String.raw`[\p{L}_:][\p{L}\p{N}\p{M}_.:·-]*`;
const opening = new RegExp(String.raw`<(${nameCharacters})`, 'uy');
const closing = new RegExp(String.raw`</(${nameCharacters})[ \t\r\n]*>`, 'uy');
const attribute = new RegExp(
  String.raw`[ \t\r\n]+(${nameCharacters})[ \t\r\n]*=[ \t\r\n]*(?:"[^"<]*"|'[^'<]*')`,
  'uy',
);
const ending = /[ \t\r\n]*(\/?)>/y;

/** What a tag is, or why it is none. */
export type Tag =
  | { readonly kind: 'open' | 'close' | 'empty'; readonly name: string }
  | { readonly kind: 'wrong'; readonly reason: string };

/**
 * Reads one whole tag, `<...>`: names, quotes around every value, no attribute twice.
 *
 * @param text - the tag and nothing else
 */
export function readTag(text: string): Tag {
  if (text.startsWith('</')) {
    const name = match(closing, text, 0)?.[1];
    return name === undefined ? wrong('a closing tag that is none') : { kind: 'close', name };
  }
  const start = match(opening, text, 0);
  const name = start?.[1];
  if (start === undefined || name === undefined) return wrong('a tag without a name');
  const seen = new Set<string>();
  let offset = start[0].length;
  for (;;) {
    const found = match(attribute, text, offset);
    const attributeName = found?.[1];
    if (found === undefined || attributeName === undefined) break;
    if (seen.has(attributeName)) return wrong(`the attribute ${attributeName} is given twice`);
    seen.add(attributeName);
    offset += found[0].length;
  }
  const end = match(ending, text, offset);
  if (end === undefined || offset + end[0].length !== text.length) {
    return wrong('an attribute that is none');
  }
  return { kind: end[1] === '/' ? 'empty' : 'open', name };
}

function match(pattern: RegExp, text: string, offset: number): RegExpExecArray | undefined {
  pattern.lastIndex = offset;
  return pattern.exec(text) ?? undefined;
}

function wrong(reason: string): Tag {
  return { kind: 'wrong', reason };
}
