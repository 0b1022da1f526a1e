import { createLocalRunner } from '../../../src/adapters/local/index.js';
import { createSshRunner, type SshRunner } from '../../../src/adapters/ssh/index.js';
import type { ProvenMount } from '../../../src/ports/index.js';
import type { CopierSide } from '../../contracts/file-copier.contract.js';
import type { LabHost } from '../host.js';
import { hostSpec, type HostName } from '../hosts.js';
import { lab } from '../lab.js';
import { paths } from '../paths.js';

/** xen-backup's own SSH runner on a host of the pair, as the outer machine reaches it. */
export async function openRunner(name: HostName): Promise<SshRunner> {
  const ssh = createSshRunner({
    hostName: name,
    target: {
      address: '127.0.0.1',
      port: hostSpec(name).sshPort,
      user: 'root',
      identityFile: paths.key,
      knownHostsFile: paths.knownHosts,
    },
    local: createLocalRunner({ hostName: 'outer machine' }),
  });
  await ssh.connect();
  return ssh;
}

let count = 0;

/** A new, empty, mounted file system on a host, handled by plain commands. */
export async function newSide(name: HostName): Promise<CopierSide & { close(): Promise<void> }> {
  const host = lab.host(name);
  count += 1;
  const mountPoint = `/run/contract-${String(count)}`;
  await host.must(['mkdir', mountPoint]);
  await host.must(['mount', '-t', 'tmpfs', '-o', 'mode=755', 'contract', mountPoint]);
  const at = (path: string): string => `${mountPoint}/${path}`;
  return {
    mount: await proven(host, mountPoint),
    write: async (path, text) => {
      await host.must(['install', '-D', '-m', '644', '/dev/null', at(path)]);
      await host.must(['tee', at(path)], { stdin: text });
    },
    remove: async (path) => {
      await host.must(['rm', '-r', at(path)]);
    },
    read: async (path) => {
      const { exitCode, stdout } = await host.exec(['cat', at(path)]);
      return exitCode === 0 ? stdout : undefined;
    },
    files: async () => {
      const found = await host.must(['find', mountPoint, '-type', 'f', '-printf', '%P\\n']);
      return found
        .split('\n')
        .filter((line) => line !== '')
        .sort();
    },
    unmount: async () => {
      await host.must(['umount', mountPoint]);
    },
    close: async () => {
      await host.exec(['umount', mountPoint]);
      await host.must(['rmdir', mountPoint]);
    },
  };
}

async function proven(host: LabHost, mountPoint: string): Promise<ProvenMount> {
  const found = await host.must(['stat', '-c', '%d %i', mountPoint]);
  const [device = '', inode = ''] = found.trim().split(' ');
  return { mountPoint, identity: { device, inode } };
}
