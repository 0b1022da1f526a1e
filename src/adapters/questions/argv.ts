import { XenBackupError } from '../../core/errors/index.js';
import type { Argv } from '../../ports/index.js';
import { ASK_SCRIPT, commandEnd } from './scripts.js';

/**
 * Several commands as one.
 *
 * @param mark - 32 hexadecimal digits that no output can contain, because nobody knew them before
 * @throws `internal` for a mark of another form, or a command that could not be told from the next.
 */
export function askArgv(mark: string, commands: readonly Argv[]): Argv {
  if (!/^[0-9a-f]{32}$/.test(mark)) throw defect(`not a mark: ${mark}`);
  if (commands.some((argv) => argv.includes(commandEnd))) {
    throw defect(`a command has the word ${commandEnd}`);
  }
  const words = commands.flatMap((argv) => [...argv, commandEnd]);
  return ['sh', '-c', ASK_SCRIPT, 'xen-backup-ask', mark, ...words];
}

function defect(message: string): XenBackupError {
  return new XenBackupError('internal', { message });
}
