import { createLocalRunner } from '../adapters/local/index.js';
import { createSshRunner } from '../adapters/ssh/index.js';
import { type HostConfiguration, type HostName, XenBackupError } from '../core/index.js';
import type { CommandRunner } from '../ports/index.js';
import type { HostLink } from './connector.js';

/**
 * Connects to a host by SSH, and makes sure that commands run with root's rights there.
 *
 * @throws as `HostConnector.connect`.
 */
export async function connectRemote(host: HostConfiguration): Promise<HostLink> {
  const { name, sudo, address, port, user, identityFile, knownHostsFile } = host;
  const local = createLocalRunner({ hostName: 'this machine' });
  const ssh = createSshRunner({
    hostName: name,
    target: {
      address,
      ...(port === undefined ? {} : { port }),
      ...(user === undefined ? {} : { user }),
      ...(identityFile === undefined ? {} : { identityFile }),
      ...(knownHostsFile === undefined ? {} : { knownHostsFile }),
    },
    elevation: sudo ? 'sudo' : 'none',
    local,
  });
  const close = (): Promise<void> => ssh.close().finally(() => local.close());
  try {
    await ssh.connect();
    await requireRoot(name, ssh.runner);
    return { runner: ssh.runner, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Also with sudo: it may be allowed for another account than root. */
async function requireRoot(name: HostName, runner: CommandRunner): Promise<void> {
  const { stdout } = await runner.run({ argv: ['id', '-u'] });
  const userId = stdout.trim();
  if (userId === '0') return;
  throw new XenBackupError('privilege-missing', {
    message: `commands on ${name} run as user ${userId}, not as root`,
    details: { host: name },
  });
}
