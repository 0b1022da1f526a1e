import { XenBackupError } from '../../core/errors/index.js';
import { printable } from '../shared/index.js';

/** One usable line of a known_hosts file. */
export interface KnownHostsEntry {
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
  readonly marker: 'none' | 'revoked' | 'authority';
  /** The first field: patterns separated by commas, or one hashed name. */
  readonly hosts: string;
  readonly keyType: string;
  readonly key: Buffer;
}

const fields = /^(?:@(\S+)\s+)?(\S+)\s+([a-z0-9@.-]+)\s+([A-Za-z0-9+/]+={0,2})(?:\s.*)?$/;

/**
 * Entries of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). As in OpenSSH, a line that
 * is not understood gives no trust and is left out; but a line with a marker may take trust away.
 *
 * @throws `file-unreadable` for a line with a marker that is not understood.
 */
export function parseKnownHosts(file: string, text: string): readonly KnownHostsEntry[] {
  return text.split('\n').flatMap((raw, index) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) return [];
    const entry = parseLine(file, index + 1, line);
    if (entry === undefined && line.startsWith('@')) {
      throw new XenBackupError('file-unreadable', {
        message: `${file}:${index + 1}: a line with a marker is not understood: ${printable(line, 100)}`,
        remedy: 'Correct the line: it may be meant to revoke a key.',
        details: { file, line: index + 1 },
      });
    }
    return entry === undefined ? [] : [entry];
  });
}

function parseLine(file: string, line: number, text: string): KnownHostsEntry | undefined {
  const match = fields.exec(text);
  if (match === null) return undefined;
  const [, markerText, hosts = '', keyType = '', base64 = ''] = match;
  const marker = markerOf(markerText);
  const key = Buffer.from(base64, 'base64');
  // The type stands in the key itself, too.
  if (marker === undefined || keyTypeOf(key) !== keyType) return undefined;
  return { file, line, marker, hosts, keyType, key };
}

function markerOf(text: string | undefined): KnownHostsEntry['marker'] | undefined {
  if (text === undefined) return 'none';
  if (text === 'revoked') return 'revoked';
  return text === 'cert-authority' ? 'authority' : undefined;
}

/** The type that a public key in SSH's wire format says it has; empty when it is no such key. */
export function keyTypeOf(key: Uint8Array): string {
  const bytes = Buffer.from(key);
  if (bytes.length < 4) return '';
  const length = bytes.readUInt32BE(0);
  return length > bytes.length - 4 ? '' : bytes.toString('latin1', 4, 4 + length);
}
