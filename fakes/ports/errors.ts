import { type ErrorCode, XenBackupError } from '../../src/core/errors/index.js';
import { isSimulationError, type SimulationErrorCode } from '../world/errors.js';
import type { Machine } from '../world/state.js';

/** An error of a port on a simulated machine. */
export function portError(
  machine: Machine,
  code: ErrorCode,
  text: string,
  details: Readonly<Record<string, string | readonly string[]>> = {},
): XenBackupError {
  return new XenBackupError(code, {
    message: `${text} on ${machine.name}`,
    details: { host: machine.name, ...details },
  });
}

/**
 * Runs an operation and turns what the simulated machine refuses into the port's documented error.
 *
 * @param codes - the port's code for each refusal; the rest is `command-failed`
 */
export function orPortError<T>(
  machine: Machine,
  operation: () => T,
  codes: Readonly<Partial<Record<SimulationErrorCode, ErrorCode>>> = {},
): T {
  try {
    return operation();
  } catch (error) {
    if (!isSimulationError(error)) throw error;
    throw portError(machine, codes[error.code] ?? 'command-failed', error.message);
  }
}
