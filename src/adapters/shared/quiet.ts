import type { HostName } from '../../core/model/index.js';
import type { CommandResult } from '../../ports/index.js';
import { expectSuccess, unexpectedOutput } from './result.js';

/** Lines of a text that say anything, without the indentation some tools add. */
export function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/**
 * The result of a command that must have ended with 0 and said nothing surprising on stderr: a
 * tool that warns beside its success may have done half of what was asked.
 *
 * @param harmless - lines that are known to mean nothing here
 * @throws `command-failed`; `output-unexpected` for any other line on stderr.
 */
export function expectQuietSuccess(
  host: HostName,
  result: CommandResult,
  harmless: readonly RegExp[] = [],
): CommandResult {
  expectSuccess(host, result);
  const surprise = linesOf(result.stderr).find(
    (line) => !harmless.some((pattern) => pattern.test(line)),
  );
  if (surprise !== undefined) {
    throw unexpectedOutput(`${result.argv[0]} succeeded on ${host}, but warns`, surprise, {
      host,
      argv: result.argv,
    });
  }
  return result;
}
