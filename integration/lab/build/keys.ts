import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { hosts, type HostSpec } from '../hosts.js';
import { outside } from '../outside.js';
import { paths } from '../paths.js';

/** `host`: what a host proves itself with. `root`: what its root logs in to the other with. */
export type KeyKind = 'host' | 'root';

export const hostKeyFile = (host: HostSpec, kind: KeyKind): string =>
  path.join(paths.keys, `${host.name}-${kind}-key`);

export const publicKey = async (file: string): Promise<string> =>
  (await readFile(`${file}.pub`, 'utf8')).trim();

/** All keys of the lab, and the outer machine's ssh_config and known_hosts. */
export async function buildKeys(): Promise<void> {
  await rm(paths.keys, { recursive: true, force: true });
  await mkdir(paths.controlSockets, { recursive: true, mode: 0o700 });
  await makeKey(paths.key, 'xen-backup-lab');
  for (const host of hosts) {
    await makeKey(hostKeyFile(host, 'host'), `${host.name} host key`);
    await makeKey(hostKeyFile(host, 'root'), `root@${host.name}`);
  }
  await writeFile(paths.knownHosts, await outerKnownHosts(), { mode: 0o600 });
  await writeFile(paths.sshConfig, sshConfig(), { mode: 0o600 });
}

async function makeKey(file: string, comment: string): Promise<void> {
  await outside(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', file]);
}

async function outerKnownHosts(): Promise<string> {
  const lines = hosts.map(async (host) => {
    const key = await bareKey(hostKeyFile(host, 'host'));
    return `[127.0.0.1]:${host.sshPort} ${key}\n`;
  });
  return (await Promise.all(lines)).join('');
}

/** The hosts know each other by name and by address on the link. */
export async function linkKnownHosts(): Promise<string> {
  const lines = hosts.map(async (host) => {
    const key = await bareKey(hostKeyFile(host, 'host'));
    return `${host.name},${host.linkAddress} ${key}\n`;
  });
  return (await Promise.all(lines)).join('');
}

async function bareKey(file: string): Promise<string> {
  return (await publicKey(file)).split(' ').slice(0, 2).join(' ');
}

function sshConfig(): string {
  const blocks = hosts.map(
    (host) => `Host ${host.name}
  HostName 127.0.0.1
  Port ${host.sshPort}
  User root
  IdentityFile ${paths.key}
  IdentitiesOnly yes
  UserKnownHostsFile ${paths.knownHosts}
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  BatchMode yes
  ConnectTimeout 30
  ServerAliveInterval 15
  ServerAliveCountMax 8
`,
  );
  return blocks.join('\n');
}
