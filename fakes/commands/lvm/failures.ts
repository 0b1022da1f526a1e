import { failed, type CommandOutcome } from '../types.js';
import { failureExit, lines, type LvmInvocation } from './invocation.js';
import { scanWarnings } from './warnings.js';

/** Exit code 5 with the scan's warnings and the reasons given. */
export function lvmFailure(
  invocation: LvmInvocation,
  reasons: readonly string[],
  printedBefore: readonly string[] = [],
): CommandOutcome {
  const stderr = lines([...scanWarnings(invocation.scan), ...reasons]);
  return failed(failureExit, stderr, lines(printedBefore));
}

/** Exit code 0 with the scan's warnings and what is printed. */
export function lvmSuccess(invocation: LvmInvocation, stdout: readonly string[]): CommandOutcome {
  return { exitCode: 0, stdout: lines(stdout), stderr: lines(scanWarnings(invocation.scan)) };
}
