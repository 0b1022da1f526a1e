import { XenBackupError } from '../../core/errors/index.js';
import type { HostName } from '../../core/model/index.js';
import { printable } from '../shared/index.js';
import type { Credentials } from './credentials.js';
import type { SshSettings } from './settings.js';

/** The error of ours for what ssh2 says while it connects. */
export function connectionError(
  host: HostName,
  settings: SshSettings,
  credentials: Credentials,
  error: Error,
): XenBackupError {
  const where = `${host} (${settings.user}@${settings.hostName} port ${settings.port})`;
  const said = printable(error.message, 300);
  const details = { host, address: settings.hostName, port: settings.port, user: settings.user };
  const level = 'level' in error ? String(error.level) : '';
  if (level === 'client-authentication') return noKeyAccepted(where, credentials, details, error);
  if (level === 'handshake' && /no matching/i.test(error.message)) {
    return new XenBackupError('host-setting-unsupported', {
      message: `${where} and the built-in SSH client have no algorithm in common: ${said}`,
      details,
      cause: error,
    });
  }
  return new XenBackupError('host-unreachable', {
    message: `${where} cannot be reached: ${said}`,
    details,
    cause: error,
  });
}

/** The error when there is nothing to offer at all: said before anything is sent. */
export function noKeyError(
  host: HostName,
  settings: SshSettings,
  credentials: Credentials,
): XenBackupError {
  const where = `${host} (${settings.user}@${settings.hostName} port ${settings.port})`;
  return new XenBackupError('host-authentication-failed', {
    message: `there is no key to offer to ${where}: ${credentials.reasons.join('; ')}`,
    remedy: 'Set identityFile to a key without passphrase, or load the key into ssh-agent.',
    details: { host, reasons: credentials.reasons },
  });
}

function noKeyAccepted(
  where: string,
  credentials: Credentials,
  details: { readonly host: HostName },
  cause: Error,
): XenBackupError {
  const { reasons } = credentials;
  const also = reasons.length === 0 ? '' : ` (${reasons.join('; ')})`;
  return new XenBackupError('host-authentication-failed', {
    message: `${where} accepts none of our keys${also}`,
    details: { ...details, reasons },
    cause,
  });
}
