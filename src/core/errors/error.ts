import { type ErrorCode, errorCatalogue } from './catalogue.js';

/** Data that belongs to an error: what, where. Values stay printable on one line. */
export type ErrorDetails = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

export interface ErrorInit {
  /** One sentence: what happened, to what, where. */
  readonly message: string;
  /** What the operator should do. Defaults to the catalogue's remedy for the code. */
  readonly remedy?: string;
  readonly details?: ErrorDetails;
  readonly cause?: unknown;
}

/**
 * The one error class. Callers branch on `code`, people read `message` and `remedy`.
 * Expected outcomes (skipped, conflict, drift) are values, not errors.
 */
export class XenBackupError extends Error {
  override readonly name = 'XenBackupError';
  /** Stable identifier from the error catalogue. */
  readonly code: ErrorCode;
  /** What to do about it, in one or two sentences. */
  readonly remedy: string;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, init: ErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    this.code = code;
    this.remedy = init.remedy ?? errorCatalogue[code].remedy;
    this.details = init.details ?? {};
  }
}

/** True for an error of ours, optionally of one code. */
export function isXenBackupError(error: unknown, code?: ErrorCode): error is XenBackupError {
  return error instanceof XenBackupError && (code === undefined || error.code === code);
}

/** Any thrown value as an error of ours: a stranger becomes `internal`. */
export function toXenBackupError(error: unknown): XenBackupError {
  if (error instanceof XenBackupError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new XenBackupError('internal', { message, cause: error });
}
