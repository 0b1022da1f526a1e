import type { CommandResult, DirectoryEntry } from '../../ports/index.js';
import { unexpectedOutput } from '../shared/result.js';

const absent = /: No such file or directory$/m;

/** True when a tool failed because the path does not exist (with `LC_ALL=C`). */
export function saysAbsent(result: CommandResult): boolean {
  return result.exitCode === 1 && absent.test(result.stderr);
}

/**
 * Entries of `find -printf '%y %f\0'`, sorted by name.
 *
 * @throws `output-unexpected`.
 */
export function parseList(output: string): readonly DirectoryEntry[] {
  if (output === '') return [];
  if (!output.endsWith('\0')) throw unexpectedOutput('the last entry of find is cut off', output);
  const entries = output.slice(0, -1).split('\0').map(parseEntry);
  return entries.sort((left, right) => (left.name < right.name ? -1 : 1));
}

function parseEntry(text: string): DirectoryEntry {
  const match = /^([A-Za-z?]) ([^/]+)$/s.exec(text);
  if (match === null) throw unexpectedOutput('an entry of find is not understood', text);
  const [, type, name = ''] = match;
  return { name, kind: type === 'f' ? 'file' : type === 'd' ? 'directory' : 'other' };
}
