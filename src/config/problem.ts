import { XenBackupError } from '../core/errors/index.js';

/** Where something stands in a file, in the form editors jump to. */
export interface Place {
  /** Path as the user wrote it, so that it can be clicked from his directory. */
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
  /** Counts from 1, in UTF-16 units, as editors do. */
  readonly column: number;
}

/** One thing that is wrong with a file a person wrote. */
export interface Problem {
  readonly place: Place;
  /** Without the place; one line. */
  readonly message: string;
}

/** `file:line:col`. */
export function formatPlace(place: Place): string {
  return `${place.file}:${place.line}:${place.column}`;
}

/** `file:line:col: message`. */
export function formatProblem(problem: Problem): string {
  return `${formatPlace(problem.place)}: ${problem.message}`;
}

/**
 * All problems as one error. `details.problems` holds them one per entry, the message one per
 * line.
 *
 * @param problems - at least one
 */
export function configurationInvalid(problems: readonly Problem[]): XenBackupError {
  const lines = problems.map(formatProblem);
  return new XenBackupError('configuration-invalid', {
    message: lines.join('\n'),
    details: { problems: lines },
  });
}

/** Problems in the order a reader meets them: file by file, top to bottom. */
export function sortProblems(
  problems: readonly Problem[],
  files: readonly string[],
): readonly Problem[] {
  const rank = new Map(files.map((file, index) => [file, index]));
  const fileRank = (problem: Problem) => rank.get(problem.place.file) ?? files.length;
  return [...problems].sort(
    (a, b) =>
      fileRank(a) - fileRank(b) || a.place.line - b.place.line || a.place.column - b.place.column,
  );
}
