/** What went wrong in the simulated machine, before any tool put it into words. */
export type SimulationErrorCode =
  | 'already-exists'
  | 'busy'
  | 'device-missing'
  | 'file-missing'
  | 'hook-refused'
  | 'input-output'
  | 'invalid'
  | 'no-space'
  | 'not-found'
  | 'not-supported'
  | 'read-only';

/**
 * Thrown by the semantic operations. Each simulated tool turns it into its own text and exit code,
 * each port-level fake into the port's documented error.
 */
export class SimulationError extends Error {
  override readonly name = 'SimulationError';
  readonly code: SimulationErrorCode;
  /** The object concerned: a path, a map, a volume. */
  readonly subject: string;

  constructor(code: SimulationErrorCode, subject: string, message: string) {
    super(message);
    this.code = code;
    this.subject = subject;
  }
}

/** True for a simulation error, optionally of one code. */
export function isSimulationError(
  error: unknown,
  code?: SimulationErrorCode,
): error is SimulationError {
  return error instanceof SimulationError && (code === undefined || error.code === code);
}
