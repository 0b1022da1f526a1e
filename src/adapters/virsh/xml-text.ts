const predefined: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

const references = /&(?:#x([0-9A-Fa-f]{1,6})|#([0-9]{1,7})|([a-z]{2,4}));/g;

/** What a text or an attribute of a document says, or why it says nothing. */
export type Decoded =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'wrong'; readonly reference: string };

/**
 * Replaces references by their characters, once and never again: `&amp;lt;` is the text `&lt;`.
 * Only the five predefined entities and characters that XML allows exist.
 */
export function decodeReferences(text: string): Decoded {
  let wrong: string | undefined;
  const decoded = text.replace(
    references,
    (whole, hex?: string, decimal?: string, name?: string) => {
      const character =
        name === undefined ? characterOf(hex ?? '', decimal ?? '') : predefined[name];
      if (character === undefined) wrong ??= whole;
      return character ?? '';
    },
  );
  return wrong === undefined
    ? { kind: 'text', text: decoded }
    : { kind: 'wrong', reference: wrong };
}

function characterOf(hex: string, decimal: string): string | undefined {
  const code = hex === '' ? Number.parseInt(decimal, 10) : Number.parseInt(hex, 16);
  const allowed =
    code === 0x09 ||
    code === 0x0a ||
    code === 0x0d ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x1_0000 && code <= 0x10_ffff);
  return allowed ? String.fromCodePoint(code) : undefined;
}

/** A text as it stands between tags. */
export function encodeText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
}

/** A text as it stands in an attribute's double quotes. */
export function encodeAttribute(text: string): string {
  return encodeText(text)
    .replaceAll('"', '&quot;')
    .replaceAll('\t', '&#9;')
    .replaceAll('\n', '&#10;');
}
