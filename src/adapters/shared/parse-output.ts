import { isXenBackupError, XenBackupError } from '../../core/errors/index.js';
import type { HostName } from '../../core/model/index.js';
import type { CommandResult } from '../../ports/index.js';
import { resultDetails } from './result.js';

/**
 * Gives a command's stdout to a pure parser. An `output-unexpected` of the parser leaves with
 * host, argv and the whole output in its details, so that nobody has to repeat the command.
 *
 * @throws what the parser throws.
 */
export function parseOutput<Value>(
  host: HostName,
  result: CommandResult,
  parse: (stdout: string) => Value,
): Value {
  try {
    return parse(result.stdout);
  } catch (error) {
    if (!isXenBackupError(error, 'output-unexpected')) throw error;
    throw new XenBackupError(error.code, {
      message: `${error.message} (${result.argv[0]} on ${host})`,
      details: { ...error.details, ...resultDetails(host, result) },
      cause: error,
    });
  }
}
