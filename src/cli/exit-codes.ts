import { type ErrorCode, isXenBackupError } from '../core/index.js';

/** Exit codes, as docs and scripts rely on them. */
export const exitCodes = {
  /** Done, also when guests were skipped for a stated reason. */
  done: 0,
  /** A defect in xen-backup itself. */
  internal: 1,
  /** The command line or a file that a person wrote. */
  usage: 2,
  /** Every selected guest was busy. */
  busy: 3,
  /** Nothing was changed, none could start. */
  preflight: 4,
  /** Something failed. */
  failed: 10,
} as const;

/** One of {@link exitCodes}, or 128 + N for signal N. */
export type ExitCode = number;

const ofCode: Partial<Record<ErrorCode, ExitCode>> = {
  internal: exitCodes.internal,
  'usage-invalid': exitCodes.usage,
  'configuration-invalid': exitCodes.usage,
  'configuration-missing': exitCodes.usage,
  'guest-unknown': exitCodes.usage,
  'scenario-invalid': exitCodes.usage,
  'fault-unused': exitCodes.usage,
  'expression-invalid': exitCodes.usage,
  'lock-busy': exitCodes.busy,
};

/** The exit code for an error that ended a command. A stranger is a defect of ours. */
export function exitCodeOf(error: unknown): ExitCode {
  if (!isXenBackupError(error)) return exitCodes.internal;
  return ofCode[error.code] ?? exitCodes.failed;
}
