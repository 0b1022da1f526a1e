import { toXenBackupError, type XenBackupError } from '../core/index.js';
import { type Line, styled } from './text/index.js';

/**
 * An error as lines for a person. Problems of files stand at the beginning of their lines, as
 * `file:line:col: message`, where editors and terminals make links of them.
 */
export function errorLines(thrown: unknown): readonly Line[] {
  const error = toXenBackupError(thrown);
  return [...messageLines(error), ['  ', styled('dim', error.remedy)]];
}

function messageLines(error: XenBackupError): readonly Line[] {
  const problems = error.details['problems'];
  if (Array.isArray(problems)) return problems.map(String);
  return error.message
    .split('\n')
    .map((line, index) => (index === 0 ? [styled('red', 'xen-backup: '), line] : line));
}
