import { XenBackupError } from '../../core/errors/index.js';
import type {
  Argv,
  BlockTransferRequest,
  ProvenDevice,
  ReceiverMarks,
  ReplicationPeer,
} from '../../ports/index.js';
import { sudoPrefix } from '../shared/command-environment.js';
import { requirePath } from '../shared/index.js';
import { quoteCommand } from '../shared/quote.js';
import { checkedTag, type CopyPlace, ioPriority, limitOptions, writersFile } from './argv.js';
import { RECEIVE_BLOCKS_SCRIPT, SEND_BLOCKS_SCRIPT, WRITE_START_SCRIPT } from './block-scripts.js';
import { remoteShell, remoteTarget } from './remote-shell.js';

/**
 * The whole command, as it runs on the source host.
 *
 * @throws `internal` for devices of different sizes: rsync would write as far as it comes.
 *
 * `--write-devices` implies `--inplace`; sizes and times of devices say nothing, so all of it is
 * compared (`--ignore-times`), by blocks also within one machine (`--no-whole-file`). Compression is
 * for zeros: they cost nearly nothing then, and what cannot be compressed costs little at this level.
 * Never with `--sparse`: before rsync 3.3 that left old data behind (its release notes).
 */
export function blockTransferArgv(request: BlockTransferRequest, place: CopyPlace): Argv {
  const { source, target } = request;
  if (source.sizeBytes !== target.sizeBytes) {
    const sizes = `${String(source.sizeBytes)} bytes onto ${String(target.sizeBytes)}`;
    throw new XenBackupError('internal', { message: `devices of different sizes: ${sizes}` });
  }
  return [
    'sh',
    '-c',
    SEND_BLOCKS_SCRIPT,
    'xen-backup-send-blocks',
    ...proof(source),
    ...ioPriority(request.ioClass),
    'rsync',
    '--copy-devices',
    '--write-devices',
    '--no-whole-file',
    '--ignore-times',
    '--fsync',
    '--compress',
    '--compress-level=1',
    ...limitOptions(request),
    ...(request.pass === 'dry' ? ['-n'] : []),
    '-e',
    remoteShell(request.peer),
    `--rsync-path=${receiver(request, request.peer, place)}`,
    '.',
    remoteTarget(request.peer),
  ];
}

/** Writes the start of a device of the host where it runs, from its input. */
export function writeStartArgv(target: ProvenDevice, marks: ReceiverMarks, place: CopyPlace): Argv {
  return [
    'sh',
    '-c',
    WRITE_START_SCRIPT,
    'xen-backup-write-start',
    ...proof(target),
    ...receiverMarks(marks, place),
  ];
}

function receiver(
  request: BlockTransferRequest,
  { elevation }: ReplicationPeer,
  place: CopyPlace,
): string {
  return quoteCommand([
    ...(elevation === 'sudo' ? sudoPrefix : []),
    'sh',
    '-c',
    RECEIVE_BLOCKS_SCRIPT,
    'xen-backup-receive-blocks',
    ...proof(request.target),
    ...receiverMarks(request, place),
    'rsync',
  ]);
}

function receiverMarks(marks: ReceiverMarks, place: CopyPlace): readonly [string, string] {
  return [`XEN_BACKUP_COPY=${checkedTag(place.tag)}`, writersFile(marks.targetLock, place)];
}

function proof({ path, deviceNumber, sizeBytes }: ProvenDevice): readonly string[] {
  const numbers = [deviceNumber.major, deviceNumber.minor, sizeBytes];
  const wrong = numbers.find((number) => !Number.isSafeInteger(number) || number < 0);
  if (wrong !== undefined) {
    throw new XenBackupError('internal', { message: `not a number of a device: ${String(wrong)}` });
  }
  return [requirePath('device', path), ...numbers.map(String)];
}
