import { XenBackupError } from '../../core/errors/index.js';
import { printable } from '../shared/index.js';

/** What `~` and `%` in a path of ssh_config can stand for. */
export interface PathContext {
  readonly home: string;
  readonly hostName: string;
  readonly remoteUser: string;
  readonly port: string;
}

/**
 * A path as ssh would open it.
 *
 * @throws `host-setting-unsupported` for tokens that are not resolved here (`%C`, `%l`, `~user`).
 */
export function expandPath(path: string, context: PathContext): string {
  const atHome = path === '~' || path.startsWith('~/') ? context.home + path.slice(1) : path;
  if (atHome.startsWith('~')) throw unresolved(path);
  return atHome.replaceAll(/%(.)/g, (token, letter: string) => {
    switch (letter) {
      case '%':
        return '%';
      case 'd':
        return context.home;
      case 'h':
        return context.hostName;
      case 'r':
        return context.remoteUser;
      case 'p':
        return context.port;
      default:
        throw unresolved(path, token);
    }
  });
}

function unresolved(path: string, token = '~'): XenBackupError {
  return new XenBackupError('host-setting-unsupported', {
    message: `the built-in SSH client does not resolve ${token} in the path ${printable(path)}`,
    remedy: 'Write the path out in full in ssh_config, or set identityFile and knownHostsFile.',
  });
}
