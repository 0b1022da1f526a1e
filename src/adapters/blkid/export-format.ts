import { unexpectedOutput } from '../shared/index.js';

/** Longest line, in characters. A label has 255 bytes at most (btrfs), each printed as four. */
const longestLine = 4_096;

/**
 * The `KEY=value` lines of `blkid -o export`, with their escapes undone.
 *
 * @throws `output-unexpected` for any other line, for one that is longer than any label, and for a
 * key given twice.
 */
export function parseExport(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  // Blanks at the end of a line belong to the value.
  for (const line of text.split('\n').filter((candidate) => candidate !== '')) {
    if (line.length > longestLine) throw unexpectedOutput('blkid: a line without end', line);
    const [, key, value] = /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(line) ?? [];
    if (key === undefined || value === undefined || fields.has(key)) {
      throw unexpectedOutput('blkid: a line that is no field', line);
    }
    fields.set(key, decodeValue(value));
  }
  return fields;
}

// `M-` and what follows, a backslash and what it protects, or a plain character.
const token = /M-(?<meta>\^.|\\.|.)|\\(?<escaped>.)|(?<plain>.)/gsu;

/**
 * A value as it stands on the disk. blkid escapes what a shell would read by a backslash, and
 * prints bytes above 127 as `M-C` and the like. That second notation cannot be told from the
 * same letters in a label, so it is undone only where the result is proper UTF-8. Control
 * characters stay as printed (`^J`).
 */
function decodeValue(value: string): string {
  const encoder = new TextEncoder();
  const bytes = [...value.matchAll(token)].flatMap(({ groups }): readonly number[] =>
    groups?.['meta'] === undefined
      ? [...encoder.encode(groups?.['escaped'] ?? groups?.['plain'] ?? '')]
      : [highByte(groups['meta'])],
  );
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      Uint8Array.from(bytes),
    );
  } catch {
    // A label with the letters "M-" in it, or in an 8-bit character set: taken as printed.
    return value.replaceAll(/\\(.)/gsu, '$1');
  }
}

/** The byte that `M-` stands before: `C`, `^Y`, `\"`. */
function highByte(meta: string): number {
  const code = meta.charCodeAt(meta.length - 1);
  return (meta.length === 2 && meta.startsWith('^') ? code ^ 0x40 : code) | 0x80;
}
