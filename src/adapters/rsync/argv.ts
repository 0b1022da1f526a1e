import { XenBackupError } from '../../core/errors/index.js';
import type { Argv, CopyRequest, ProvenMount, ReplicationPeer } from '../../ports/index.js';
import { sudoPrefix } from '../shared/command-environment.js';
import { printable, requireArgument, requirePath } from '../shared/index.js';
import { lockFile } from '../shared/lock-files.js';
import { quoteCommand } from '../shared/quote.js';
import { remoteShell, remoteTarget, sshArgv } from './remote-shell.js';
import { RECEIVE_SCRIPT, SEND_SCRIPT, STOP_RECEIVERS_SCRIPT } from './scripts.js';

/** What the adapter adds to a request. */
export interface CopyPlace {
  readonly tag: string;
  /** Directory of the lock files on the target. */
  readonly locksDirectory: string;
}

/** The whole command, as it runs on the source host. @throws `internal`, `configuration-invalid`. */
export function copyArgv(request: CopyRequest, place: CopyPlace): Argv {
  return [
    'sh',
    '-c',
    SEND_SCRIPT,
    'xen-backup-send',
    ...proof(request.source),
    ...ioPriority(request.ioClass),
    'rsync',
    ...(request.faithfulness === 'posix' ? posixOptions : vfatOptions),
    // Deleting comes last, and only when nothing went wrong before. Measured with a file whose
    // content cannot be read (exit 23): before, during and delay had deleted by then or went on
    // to; after deleted nothing, since it alone looks at the sender's errors at the end. And a
    // copy that is cut off has deleted nothing. The price: both sides keep the whole list in
    // memory, and room is freed last.
    '--delete-after',
    ...limitOptions(request),
    ...(request.pass === 'dry' ? ['-n'] : []),
    // What is excluded is protected on the target as well: --delete-excluded is never given.
    ...request.excludes.map((pattern) => `--exclude=${excludePattern(pattern)}`),
    '-e',
    remoteShell(request.peer),
    `--rsync-path=${receiver(request, place)}`,
    '.',
    remoteTarget(request.peer),
  ];
}

/** What every copy is told about its output and its limits. */
export function limitOptions(
  request: Pick<CopyRequest, 'stallTimeoutMs' | 'maxDeletes' | 'bandwidthLimitKiBPerSecond'>,
): readonly string[] {
  return [
    '--info=progress2,stats2',
    '--no-human-readable',
    '--outbuf=L',
    `--timeout=${Math.max(1, Math.ceil(request.stallTimeoutMs / 1000))}`,
    ...(request.maxDeletes === undefined ? [] : [`--max-delete=${request.maxDeletes}`]),
    ...(request.bandwidthLimitKiBPerSecond > 0
      ? [`--bwlimit=${request.bandwidthLimitKiBPerSecond}`]
      : []),
  ];
}

/** Ends the receivers of a tag, on the host where it runs. */
export function stopReceiversArgv(tag: string): Argv {
  return ['sh', '-c', STOP_RECEIVERS_SCRIPT, 'xen-backup-stop-receivers', checkedTag(tag)];
}

/** Reads the boot id of a peer, over the connection and with the rights that a copy would have. */
export function probePeerArgv(peer: ReplicationPeer): Argv {
  const elevation = peer.elevation === 'sudo' ? sudoPrefix : [];
  return sshArgv(peer, quoteCommand([...elevation, 'cat', '/proc/sys/kernel/random/boot_id']));
}

/**
 * Everything a POSIX file system has: hard links, ACLs, extended attributes (capabilities among
 * them), sparse files, numeric owners. A negative window compares nanoseconds; both sides need
 * rsync 3.1.3 for it.
 */
const posixOptions = ['-aHAXS', '--numeric-ids', '--modify-window=-1'];

/** vfat has neither owners nor modes, links, attributes; its clock ticks every two seconds. */
const vfatOptions = ['-rt', '--modify-window=1'];

/** The receiving side's command, quoted once for the login shell that sshd starts. */
function receiver(request: CopyRequest, place: CopyPlace): string {
  return quoteCommand([
    ...(request.peer.elevation === 'sudo' ? sudoPrefix : []),
    'sh',
    '-c',
    RECEIVE_SCRIPT,
    'xen-backup-receive',
    ...proof(request.target),
    `XEN_BACKUP_COPY=${checkedTag(place.tag)}`,
    writersFile(request.targetLock, place),
    'rsync',
  ]);
}

function proof(mount: ProvenMount): readonly [string, string, string] {
  const { device, inode } = mount.identity;
  for (const number of [device, inode]) {
    if (!/^\d+$/.test(number)) throw defect(`not a device or inode number: ${printable(number)}`);
  }
  return [requirePath('mount point', mount.mountPoint), device, inode];
}

/** The file of which a receiver shares the lock; empty when there is none. */
export function writersFile(lock: string | undefined, place: CopyPlace): string {
  return lock === undefined ? '' : `${lockFile(place.locksDirectory, lock)}.writers`;
}

/** Digits, letters and hyphens: it stands in a regular expression, and in /proc. */
export function checkedTag(tag: string): string {
  if (!/^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$/.test(tag)) throw defect(`not a tag: ${printable(tag)}`);
  return tag;
}

/** How the sender reads beside others. */
export function ioPriority(ioClass: CopyRequest['ioClass']): string[] {
  switch (ioClass) {
    case 'idle':
      return ['ionice', '-c', '3'];
    case 'best-effort':
      return ['ionice', '-c', '2', '-n', '7'];
    case 'none':
      return [];
  }
}

/** rsync would read some patterns as something else than what to leave out. */
function excludePattern(pattern: string): string {
  requireArgument('exclude pattern', pattern);
  if (/^([+-] |!$)/.test(pattern)) {
    throw new XenBackupError('configuration-invalid', {
      message: `rsync does not take ${printable(pattern)} as a pattern to exclude`,
    });
  }
  return pattern;
}

function defect(message: string): XenBackupError {
  return new XenBackupError('internal', { message });
}
