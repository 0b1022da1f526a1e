import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  GenericContainer,
  getContainerRuntimeClient,
  type StartedTestContainer,
} from 'testcontainers';
import { here } from './exec-here.js';
import { makeKeys, type PeerKeys, sshdConfig } from './keys.js';
import type { ExecResult, Peer } from './peer.js';
import { waitForPort } from './wait-for-port.js';

/** testcontainers has no word for device rules; dockerd has. */
class ContainerWithDevices extends GenericContainer {
  allowDevices(...rules: string[]): this {
    this.hostConfig.DeviceCgroupRules = rules;
    return this;
  }
}

/** A container with a real sshd and rsync, in which file systems can be loop-mounted. */
export async function startContainerPeer(image: string, directory: string): Promise<Peer> {
  // The reaper's image would have to come from a registry; we clean up ourselves.
  process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
  mkdirSync(directory, { recursive: true });
  const keys = makeKeys(directory);
  writeFileSync(join(directory, 'sshd_config'), sshdConfig('/peer', 22, '0.0.0.0'));
  const container = await new ContainerWithDevices(image)
    .allowDevices('b 7:* rmw', 'c 10:237 rmw')
    .withAddedCapabilities('SYS_ADMIN', 'MKNOD')
    .withSecurityOpt('seccomp=unconfined', 'apparmor=unconfined')
    .withBindMounts([
      { source: directory, target: '/peer', mode: 'ro' },
      { source: '/dev', target: '/dev', mode: 'rw' },
    ])
    // Where an engine keeps its files may itself be an overlay, which cannot carry our images.
    .withTmpFs({ '/scratch': 'rw,exec,dev,suid,size=1500m' })
    .withCommand(['sh', '-c', startSshd])
    .start();
  try {
    return await peerOf(container, keys);
  } catch (error) {
    await container.stop();
    throw error;
  }
}

// The image has no /run: it is made for a system that boots.
const startSshd = 'mkdir -p /run/sshd && exec /usr/sbin/sshd -D -e -f /peer/sshd_config';

async function peerOf(container: StartedTestContainer, keys: PeerKeys): Promise<Peer> {
  const processId = await processIdOf(container);
  const address = container.getIpAddress('bridge');
  await waitForPort(address, 22);
  return {
    kind: 'container',
    address,
    port: 22,
    keys,
    scratch: '/scratch',
    pathFromHere: (path) => `/proc/${processId}/root${path}`,
    exec: (argv) => execIn(container, argv),
    connectionProcesses: async () => {
      const { stdout } = await execIn(container, ['ps', '-o', 'pid=,comm=', '--ppid', '1']);
      return stdout.split('\n').flatMap((line) => /^ *(\d+) sshd/.exec(line)?.[1] ?? []);
    },
    setLink: async (state) => {
      here(['nsenter', '-t', String(processId), '-n', 'ip', 'link', 'set', 'eth0', state]);
    },
    close: async () => {
      await container.stop({ timeout: 1000 });
    },
  };
}

async function execIn(
  container: StartedTestContainer,
  argv: readonly string[],
): Promise<ExecResult> {
  const { exitCode, stdout, stderr } = await container.exec([...argv]);
  return { exitCode, stdout, stderr };
}

async function processIdOf(container: StartedTestContainer): Promise<number> {
  const client = await getContainerRuntimeClient();
  const inspection = await client.container.getById(container.getId()).inspect();
  return inspection.State.Pid;
}
