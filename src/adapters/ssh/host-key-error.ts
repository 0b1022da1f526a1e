import { createHash } from 'node:crypto';
import { XenBackupError } from '../../core/errors/index.js';
import type { HostName } from '../../core/model/index.js';
import type { HostKeyVerdict } from './host-key-verdict.js';
import { keyTypeOf } from './known-hosts-file.js';
import type { SshSettings } from './settings.js';

/** A key's fingerprint as `ssh-keygen -l` shows it: `SHA256:` and base64 without padding. */
function fingerprint(key: Buffer): string {
  const hash = createHash('sha256').update(key).digest('base64');
  return `SHA256:${hash.replaceAll('=', '')}`;
}

/** Why a host key is not accepted, with all an operator needs to decide. */
export function hostKeyError(
  host: HostName,
  settings: SshSettings,
  key: Buffer,
  verdict: Exclude<HostKeyVerdict, { kind: 'known' }>,
): XenBackupError {
  const shown = `${keyTypeOf(key)} ${fingerprint(key)}`;
  const where = settings.hostKeyAlias ?? `${settings.hostName} port ${settings.port}`;
  const place = verdict.kind === 'unknown' ? '' : `${verdict.entry.file}:${verdict.entry.line}`;
  const files = settings.knownHostsFiles;
  const details = { host, address: where, fingerprint: fingerprint(key), knownHostsFiles: files };
  switch (verdict.kind) {
    case 'unknown':
      return new XenBackupError('host-key-unknown', {
        message: `${host} (${where}) shows the key ${shown}, which is in none of ${files.join(', ')}`,
        remedy:
          `Compare the fingerprint on the host itself (ssh-keygen -l -f /etc/ssh/…_key.pub), ` +
          `then add the key to ${files[0] ?? 'known_hosts'}.`,
        details,
      });
    case 'changed':
      return new XenBackupError('host-key-mismatch', {
        message: `${host} (${where}) shows the key ${shown}, but ${place} knows another one`,
        details: { ...details, known: place },
      });
    case 'revoked':
      return new XenBackupError('host-key-mismatch', {
        message: `${host} (${where}) shows the key ${shown}, which ${place} revokes`,
        details: { ...details, known: place },
      });
    case 'authority':
      return new XenBackupError('host-setting-unsupported', {
        message: `${host} (${where}) is known by a certificate authority only (${place}), which the built-in SSH client cannot check`,
        remedy: `Add the host's own key to ${files[0] ?? 'known_hosts'}: ${shown}, compared on the host.`,
        details: { ...details, known: place },
      });
  }
}
