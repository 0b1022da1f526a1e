import { unexpectedOutput } from '../shared/index.js';

/** @throws `output-unexpected` unless there is one digest for each piece, and nothing else. */
export function parseDigests(text: string, count: number): readonly string[] {
  return linesOf(text, count).map((line) => {
    const [, digest] = /^([0-9a-f]{64}) {2}-$/.exec(line) ?? [];
    if (digest === undefined) throw unexpectedOutput('sha256sum: a line that is no digest', line);
    return digest;
  });
}

/**
 * @param lengths - of the pieces in bytes.
 * @throws `output-unexpected` unless exactly these pieces were printed.
 */
export function parseBytes(text: string, lengths: readonly number[]): readonly Uint8Array[] {
  return linesOf(text, lengths.length).map((line, index) => {
    const isWhole = /^(?:[0-9a-f]{2})*$/.test(line) && line.length === 2 * (lengths[index] ?? 0);
    if (!isWhole) throw unexpectedOutput('od: not the bytes asked for', line);
    return Uint8Array.from(Buffer.from(line, 'hex'));
  });
}

function linesOf(text: string, count: number): readonly string[] {
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.length !== count) {
    throw unexpectedOutput(`regions: not ${count} lines`, text);
  }
  return lines;
}
