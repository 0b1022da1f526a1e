import { XenBackupError } from '../../core/errors/index.js';
import { printable } from '../shared/index.js';
import type { ConfigLines } from './config-lines.js';
import type { SshTarget } from './settings.js';

/** Settings that the built-in client cannot honour, with what they are for. */
const unsupported: Readonly<Record<string, string>> = {
  proxycommand: 'ProxyCommand',
  proxyjump: 'ProxyJump',
  certificatefile: 'CertificateFile',
  knownhostscommand: 'KnownHostsCommand',
  revokedhostkeys: 'RevokedHostKeys',
  pkcs11provider: 'PKCS11Provider',
  bindinterface: 'BindInterface',
};

/**
 * Refuses a host whose settings would be silently ignored otherwise.
 *
 * @throws `host-setting-unsupported`.
 */
export function refuseUnsupported(lines: ConfigLines, target: SshTarget): void {
  for (const [keyword, name] of Object.entries(unsupported)) {
    const value = lines.optional(keyword);
    if (value !== undefined) throw refusal(target, `${name} (${printable(value, 100)})`);
  }
  if (['no', 'false'].some((value) => lines.explicit('pubkeyauthentication', value))) {
    throw refusal(target, 'PubkeyAuthentication no');
  }
}

function refusal(target: SshTarget, what: string): XenBackupError {
  return new XenBackupError('host-setting-unsupported', {
    message: `the SSH settings for ${target.address} ask for ${what}, which the built-in client cannot do`,
    remedy:
      'Let a Host block in ssh_config exempt this host from it, or use another address for it.',
    details: { address: target.address, setting: what },
  });
}
