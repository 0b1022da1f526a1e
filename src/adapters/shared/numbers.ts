/**
 * A decimal number without sign, blanks or leading zeros, as tools print counts and sizes;
 * `undefined` for any other text and for what a JavaScript number cannot hold exactly.
 */
export function parseCount(text: string): number | undefined {
  if (!/^(?:0|[1-9]\d{0,15})$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** A device number as tools print it: `253:7`. */
export function parseDeviceNumber(
  text: string,
): { readonly major: number; readonly minor: number } | undefined {
  const [majorText = '', minorText = '', ...rest] = text.split(':');
  const major = parseCount(majorText);
  const minor = parseCount(minorText);
  if (major === undefined || minor === undefined || rest.length > 0) return undefined;
  return { major, minor };
}
