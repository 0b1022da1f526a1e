import { isXenBackupError } from '../core/index.js';

/**
 * 128 + N once signal N has ended the work. Whoever aborts for a signal gives an `interrupted`
 * error with the detail `signalNumber` as the reason; for any other reason there is no such code.
 */
export function exitCodeOfInterruption(signal: AbortSignal): number | undefined {
  const reason: unknown = signal.reason;
  if (!isXenBackupError(reason, 'interrupted')) return undefined;
  const signalNumber = reason.details['signalNumber'];
  return typeof signalNumber === 'number' ? 128 + signalNumber : undefined;
}
