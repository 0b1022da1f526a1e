import { toXenBackupError, type XenBackupError } from '../core/index.js';
import { sayDetails } from './render/words.js';
import { type Line, styled } from './text/index.js';
import type { Verbosity } from './verbosity.js';

/**
 * An error as lines for a person. Problems of files stand at the beginning of their lines, as
 * `file:line:col: message`, where editors and terminals make links of them.
 */
export function errorLines(thrown: unknown, verbosity: Verbosity): readonly Line[] {
  const error = toXenBackupError(thrown);
  const more = verbosity === 'quiet' || verbosity === 'normal' ? [] : detailLines(error);
  return [...messageLines(error), ['  ', styled('dim', error.remedy)], ...more];
}

function messageLines(error: XenBackupError): readonly Line[] {
  const problems = error.details['problems'];
  if (Array.isArray(problems)) return problems.map(String);
  return error.message
    .split('\n')
    .map((line, index) =>
      index === 0 ? [styled('red', 'xen-backup: '), line, styled('dim', ` [${error.code}]`)] : line,
    );
}

/** What belongs in a report of a defect: the details, and for a defect where it happened. */
function detailLines(error: XenBackupError): readonly Line[] {
  const { cause } = error;
  const stack = error.code === 'internal' ? (cause instanceof Error ? cause : error).stack : '';
  const lines = [
    ...sayDetails(error.details),
    ...(stack ?? '').split('\n').filter((line) => line !== ''),
  ];
  return lines.map((line) => ['  ', styled('dim', line)]);
}
