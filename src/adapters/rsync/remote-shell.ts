import { XenBackupError } from '../../core/errors/index.js';
import type { Argv, ReplicationPeer } from '../../ports/index.js';
import { printable } from '../shared/index.js';

/** Always the same: it never asks, trusts no unknown key, changes no file, and notices a dead peer. */
const fixedOptions = [
  'BatchMode=yes',
  'StrictHostKeyChecking=yes',
  'UpdateHostKeys=no',
  'ConnectTimeout=20',
  'ServerAliveInterval=15',
  'ServerAliveCountMax=3',
  // A shared connection would live on in a process that is not ours to end.
  'ControlMaster=no',
  'ControlPath=none',
  'ClearAllForwardings=yes',
  'PermitLocalCommand=no',
];

/**
 * The ssh command of the source host, up to the user and the address.
 *
 * @throws `configuration-invalid` for paths that ssh's own configuration syntax cannot carry.
 */
function sshWords(peer: ReplicationPeer): readonly [string, ...string[]] {
  const options = fixedOptions.flatMap((option) => ['-o', option]);
  const port = peer.port === undefined ? [] : ['-p', String(peer.port)];
  return ['ssh', '-x', '-a', ...options, ...knownHosts(peer), ...port, ...identity(peer)];
}

/**
 * rsync's `-e`. rsync splits it at spaces itself, with quoting rules of its own; no shell is
 * involved.
 *
 * @throws `configuration-invalid`.
 */
export function remoteShell(peer: ReplicationPeer): string {
  return sshWords(peer).map(remoteShellWord).join(' ');
}

/**
 * Runs a command on the peer over the very connection that a copy would use.
 *
 * @param command - for the peer's login shell, quoted
 * @throws `configuration-invalid`.
 */
export function sshArgv(peer: ReplicationPeer, command: string): Argv {
  const pattern = peer.address.includes(':') ? ipv6Address : hostName;
  const user = peer.user === undefined ? [] : ['-l', checked('user', peer.user, userName)];
  return [...sshWords(peer), ...user, checked('address', peer.address, pattern), command];
}

/** The target in rsync's syntax, `user@host:.`: the receiver is inside the directory already. */
export function remoteTarget(peer: ReplicationPeer): string {
  const user = peer.user === undefined ? '' : `${checked('user', peer.user, userName)}@`;
  if (peer.address.includes(':')) {
    return `${user}[${checked('address', peer.address, ipv6Address)}]:.`;
  }
  return `${user}${checked('address', peer.address, hostName)}:.`;
}

// A slash before the colon would make rsync copy into a local directory, a leading hyphen would
// be an option of ssh.
const hostName = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
const ipv6Address = /^[0-9A-Fa-f:.]+(%[A-Za-z0-9_.-]+)?$/;
const userName = /^[A-Za-z0-9_][A-Za-z0-9_.-]*\$?$/;

function checked(what: string, text: string, pattern: RegExp): string {
  if (pattern.test(text)) return text;
  throw new XenBackupError('configuration-invalid', {
    message: `${printable(text)} cannot be used as ${what} of a replication target`,
  });
}

function identity(peer: ReplicationPeer): string[] {
  if (peer.identityFile === undefined) return [];
  return ['-o', 'IdentitiesOnly=yes', '-i', sshPath('identityFile', peer.identityFile)];
}

function knownHosts(peer: ReplicationPeer): string[] {
  if (peer.knownHostsFile === undefined) return [];
  const path = sshPath('knownHostsFile', peer.knownHostsFile);
  return ['-o', `UserKnownHostsFile="${path}"`];
}

/** ssh expands `%x` and `~` in paths; the second is wanted. */
function sshPath(key: string, path: string): string {
  if (/^[/~]/.test(path) && !/["\\\p{Cc}]/u.test(path)) return path.replaceAll('%', '%%');
  throw new XenBackupError('configuration-invalid', {
    message: `${key} of a replication target must be an absolute path without quotes: ${printable(path)}`,
  });
}

/** rsync's own quoting: inside single quotes, a doubled one stands for itself. */
function remoteShellWord(word: string): string {
  return /^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", "''")}'`;
}
