/**
 * Replaces escapes that stand for single bytes. Neighbours are decoded together, as UTF-8: a label
 * of two umlauts is four bytes.
 *
 * @param escape - global; group 1 is the number.
 */
export function decodeBytes(text: string, escape: RegExp, radix: 8 | 16): string {
  const run = new RegExp(`(?:${escape.source.replace('(', '(?:')})+`, escape.flags);
  return text.replace(run, (escapes) => {
    const bytes = [...escapes.matchAll(escape)].map(([, digits = '']) =>
      Number.parseInt(digits, radix),
    );
    return new TextDecoder().decode(Uint8Array.from(bytes));
  });
}
