import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { here } from './exec-here.js';

/** Everything that client and server need to trust each other, in one directory. */
export interface PeerKeys {
  readonly directory: string;
  /** The client's key, without passphrase. */
  readonly identityFile: string;
  /** `type base64` of each host key. */
  readonly hostKeys: Readonly<Record<'ed25519' | 'rsa', string>>;
}

/** Makes host keys, a client key and the file that allows it. */
export function makeKeys(directory: string): PeerKeys {
  const make = (name: string, ...options: string[]): string => {
    const path = join(directory, name);
    here(['ssh-keygen', '-q', '-N', '', '-C', name, '-f', path, ...options]);
    return path;
  };
  const identityFile = make('client_key', '-t', 'ed25519');
  const hostKeys = {
    ed25519: publicKeyOf(make('host_ed25519', '-t', 'ed25519')),
    rsa: publicKeyOf(make('host_rsa', '-t', 'rsa', '-b', '2048')),
  };
  writeFileSync(join(directory, 'authorized_keys'), readFileSync(`${identityFile}.pub`));
  return { directory, identityFile, hostKeys };
}

/**
 * A further client key, which runs this command instead of what is asked for. The command finds
 * that in `$SSH_ORIGINAL_COMMAND`.
 *
 * @returns the identity file
 */
export function addForcedKey(keys: PeerKeys, command: string): string {
  forcedKeys += 1;
  const path = join(keys.directory, `forced_${forcedKeys}`);
  here(['ssh-keygen', '-q', '-N', '', '-t', 'ed25519', '-f', path]);
  const quoted = command.replaceAll('"', String.raw`\"`);
  const line = `command="${quoted}" ${publicKeyOf(path)}\n`;
  appendFileSync(join(keys.directory, 'authorized_keys'), line);
  return path;
}

let forcedKeys = 0;

/** `type base64` of a key's public half. */
function publicKeyOf(path: string): string {
  return readFileSync(`${path}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
}

/** An sshd that asks for nothing but the key, with its files in `directory` as it sees it. */
export function sshdConfig(directory: string, port: number, listenAddress: string): string {
  return [
    `Port ${port}`,
    `ListenAddress ${listenAddress}`,
    `HostKey ${directory}/host_ed25519`,
    `HostKey ${directory}/host_rsa`,
    `AuthorizedKeysFile ${directory}/authorized_keys`,
    'StrictModes no',
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'UsePAM no',
    'PidFile none',
    'MaxStartups 100',
    'MaxSessions 10',
    'PrintMotd no',
    '',
  ].join('\n');
}
