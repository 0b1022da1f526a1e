import { XenBackupError } from '../../core/errors/index.js';
import type { HostName } from '../../core/model/index.js';
import type { CommandResult } from '../../ports/index.js';
import type { Elevation } from './command-environment.js';
import { resultDetails } from './result.js';

// sudo ends with 1 and names itself; the tool it was to run was never started.
const complaint = /^sudo: (.*)$/m;
const missingTool = /: command not found$/;

/**
 * Tells sudo's own refusals from results of the tool behind it.
 *
 * @throws `privilege-missing` when sudo would have to ask or does not allow the command;
 * `command-not-found` when the tool does not exist.
 */
export function judgeElevation(
  host: HostName,
  elevation: Elevation,
  result: CommandResult,
): CommandResult {
  if (elevation === 'none' || result.exitCode !== 1) return result;
  const said = complaint.exec(result.stderr)?.[1];
  const refused = /^Sorry, user |is not allowed to (run|execute)/m.test(result.stderr);
  if (said === undefined && !refused) return result;
  const code =
    said !== undefined && missingTool.test(said) ? 'command-not-found' : 'privilege-missing';
  throw new XenBackupError(code, {
    message: `sudo on ${host} did not run ${result.argv[0]}: ${said ?? 'not allowed'}`,
    details: resultDetails(host, result),
  });
}
