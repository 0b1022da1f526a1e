import { exitCodeOfError, exitCodes, isXenBackupError } from '../core/index.js';

// One table serves runs and commands: the one of the core.
export { exitCodes };

/** One of {@link exitCodes}, or 128 + N for signal N. */
export type ExitCode = number;

/** The exit code for an error that ended a command. A stranger is a defect of ours. */
export function exitCodeOf(error: unknown): ExitCode {
  return isXenBackupError(error) ? exitCodeOfError(error.code) : exitCodes.internal;
}

/**
 * Of several exit codes the one that counts: signal, 1, 2, 10, then 3 and 4. One of another program
 * (`gate` ends as what it let through) counts when there is none of ours.
 */
export function gravest(...codes: readonly ExitCode[]): ExitCode {
  const order = [
    exitCodes.internal,
    exitCodes.usage,
    exitCodes.failed,
    exitCodes.busy,
    exitCodes.preflight,
  ];
  const signal = codes.find((code) => code > 128);
  const ours = order.find((code) => codes.includes(code));
  return signal ?? ours ?? codes.find((code) => code !== exitCodes.done) ?? exitCodes.done;
}
