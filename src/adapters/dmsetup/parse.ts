import { unexpectedOutput } from '../shared/index.js';

/**
 * The status line of one map: `0 262144 snapshot Invalid`. A map of several segments has several
 * lines, which stay as they are.
 *
 * @throws `output-unexpected`.
 */
export function parseMapStatus(text: string): string {
  const lines = text.replace(/\n$/, '').split('\n');
  if (!lines.every((line) => /^\d+ \d+ [a-z][a-z0-9_-]*(?: .*)?$/.test(line))) {
    throw unexpectedOutput('dmsetup status: not the status of one map', text);
  }
  return lines.map((line) => line.trimEnd()).join('\n');
}
