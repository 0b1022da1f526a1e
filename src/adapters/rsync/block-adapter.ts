import { randomBytes } from 'node:crypto';
import { XenBackupError } from '../../core/errors/index.js';
import type { BlockTransfer, CommandResult } from '../../ports/index.js';
import { expectQuietSuccess, printable, resultDetails } from '../shared/index.js';
import { locksDirectory as usualLocksDirectory } from '../shared/lock-files.js';
import type { FileCopierOptions } from './adapter.js';
import { blockTransferArgv, writeStartArgv } from './block-argv.js';
import { runCopy } from './run-copy.js';

/** Exit codes of the guards on the receiving side. */
const refusals = new Set([119, 122, 123]);

/** Brings block devices of one host to others, by rsync over the system's OpenSSH. */
export function createBlockTransfer(options: FileCopierOptions): BlockTransfer {
  const { runner, hostName, locksDirectory = usualLocksDirectory } = options;
  const placeFor = (tag = randomBytes(8).toString('hex')) => ({ tag, locksDirectory });
  return {
    transfer: async (request, copyOptions = {}) => {
      const place = placeFor(request.tag);
      return runCopy(runner, blockTransferArgv(request, place), place.tag, copyOptions);
    },
    writeStart: async (target, bytes, marks = {}) => {
      const argv = writeStartArgv(target, marks, placeFor(marks.tag));
      const result = await runner.run({ argv, stdin: bytes });
      if (refusals.has(result.exitCode)) throw refused(hostName, result);
      expectQuietSuccess(hostName, result);
    },
  };
}

function refused(host: string, result: CommandResult): XenBackupError {
  return new XenBackupError('guard-refused', {
    message: printable(result.stderr.trim()),
    details: resultDetails(host, result),
  });
}
