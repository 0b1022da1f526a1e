import type {
  Algorithms,
  CipherAlgorithm,
  KexAlgorithm,
  MacAlgorithm,
  ServerHostKeyAlgorithm,
} from 'ssh2';
import { XenBackupError } from '../../core/errors/index.js';
import type { SshSettings } from './settings.js';

// What ssh2 can do and we are willing to use, best first. (No SHA-1 key exchange, no CBC.)
const keyExchanges: readonly KexAlgorithm[] = [
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group-exchange-sha256',
  'diffie-hellman-group16-sha512',
  'diffie-hellman-group18-sha512',
  'diffie-hellman-group14-sha256',
];
const ciphers: readonly CipherAlgorithm[] = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'aes128-ctr',
  'aes192-ctr',
  'aes256-ctr',
];
const macs: readonly MacAlgorithm[] = [
  'hmac-sha2-256-etm@openssh.com',
  'hmac-sha2-512-etm@openssh.com',
  'hmac-sha2-256',
  'hmac-sha2-512',
];
const hostKeys: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
  'ssh-rsa',
];

/**
 * Algorithms to offer: what both ssh's settings allow and ssh2 can do. Host key algorithms come
 * in the order of the settings, those of known keys first: a server that has several keys is then
 * asked for the one that can be checked.
 *
 * @throws `host-setting-unsupported` when nothing is left of one kind.
 */
export function algorithmsFor(
  settings: SshSettings,
  knownTypes: ReadonlySet<string>,
): Algorithms & { readonly serverHostKey: ServerHostKeyAlgorithm[] } {
  const allowedHostKeys = settings.hostKeyAlgorithms.flatMap((name) =>
    hostKeys.filter((candidate) => candidate === name),
  );
  const known = allowedHostKeys.filter((name) => knownTypes.has(keyTypeFor(name)));
  const others = allowedHostKeys.filter((name) => !knownTypes.has(keyTypeFor(name)));
  return {
    kex: allowed('KexAlgorithms', keyExchanges, settings.keyExchanges),
    cipher: allowed('Ciphers', ciphers, settings.ciphers),
    hmac: allowed('MACs', macs, settings.macs),
    serverHostKey: notEmpty('HostKeyAlgorithms', [...known, ...others], settings.hostKeyAlgorithms),
    compress: ['none'],
  };
}

/** An RSA key signs in several ways under one type. */
function keyTypeFor(algorithm: ServerHostKeyAlgorithm): string {
  return algorithm.startsWith('rsa-sha2-') ? 'ssh-rsa' : algorithm;
}

function allowed<T extends string>(
  setting: string,
  ours: readonly T[],
  theirs: readonly string[],
): T[] {
  const list = ours.filter((name) => theirs.includes(name));
  return notEmpty(setting, list, theirs);
}

function notEmpty<T>(setting: string, list: T[], asked: readonly string[]): T[] {
  if (list.length > 0) return list;
  throw new XenBackupError('host-setting-unsupported', {
    message: `the built-in SSH client knows none of ${setting} ${asked.join(',')}`,
  });
}
