import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { createHostFiles } from '../../src/adapters/host-files/index.js';
import { createHostIdentityReader } from '../../src/adapters/identity/index.js';
import { createLocks } from '../../src/adapters/locks/index.js';
import { createToolInspector } from '../../src/adapters/tools/index.js';
import { systemClock as clock } from '../../src/composition/system-clock.js';
import { describeHostFiles } from '../contracts/host-files.contract.js';
import { describeLocks } from '../contracts/locks.contract.js';
import { here } from './peer/exec-here.js';
import { openPeer } from './peer/open-peer.js';
import { dropConnections, must } from './peer/peer.js';
import { sshClient } from './ssh-client.js';

const peer = await openPeer();
const hostName = 'peer';
const client = sshClient(peer);
const { runner } = client;

afterAll(async () => {
  await client.close();
  await peer.close();
});

describeHostFiles({
  name: 'over ssh',
  open: async () => {
    const directory = `${peer.scratch}/files`;
    await must(peer, ['mkdir', directory]);
    return {
      files: createHostFiles({ runner, hostName }),
      directory,
      link: async (target, path) => {
        await must(peer, ['ln', '-s', '--', target, path]);
      },
      mode: async (path) => statSync(peer.pathFromHere(path)).mode & 0o777,
      close: async () => undefined,
    };
  },
});

const locksDirectory = `${peer.scratch}/locks`;

function locksOver(over: typeof runner) {
  const files = createHostFiles({ runner: over, hostName });
  return createLocks({ clock, runner: over, files, hostName, directory: locksDirectory });
}

describeLocks({
  name: 'over ssh',
  open: async () => {
    const other = sshClient(peer);
    return {
      first: locksOver(runner),
      second: locksOver(other.runner),
      killHolder: async (name) => {
        const pattern = `xen-backup-lock ${locksDirectory}/${name}.lock`;
        const { stdout } = await peer.exec(['pgrep', '-f', pattern]);
        const holders = stdout.split('\n').filter((line) => line !== '');
        await must(peer, ['kill', '-s', 'KILL', ...holders]);
      },
      close: () => other.close(),
    };
  },
});

describe('a lock whose connection breaks', () => {
  it('says that it was lost, and blocks nobody', async () => {
    const breaking = sshClient(peer);
    const owner = { runId: 'abcdefghij', controller: 'here', processId: 1, since: 'now' };
    const attempt = await locksOver(breaking.runner).tryLock('broken', owner);
    if (attempt.kind !== 'held') throw new Error('the lock is busy');
    const { lost } = attempt.lock;
    const told = new Promise((resolve) => {
      lost.addEventListener('abort', resolve, { once: true });
    });
    await dropConnections(peer);
    await told;
    await attempt.lock.release();
    const next = await locksOver(runner).tryLock('broken', owner);
    expect(next.kind).toBe('held');
    if (next.kind === 'held') await next.lock.release();
    await breaking.close();
  });
});

describe('the other adapters over ssh', () => {
  it('read who the machine is', async () => {
    const identity = await createHostIdentityReader({ runner, hostName }).read();
    const { stdout } = await peer.exec(['uname', '-n']);
    expect(identity.nodeName).toBe(stdout.trim());
  });

  it('find the tools that a peer has', async () => {
    const versions = await createToolInspector({ runner, hostName }).inspect([
      ...['rsync', 'flock', 'mount', 'blkid', 'no-such-tool'],
    ]);
    const [rsync] = versions;
    expect(rsync?.version).toMatch(/^3\./);
    expect(versions.at(-1)).toEqual({ tool: 'no-such-tool' });
    expect(versions.filter(({ version }) => version !== undefined)).toHaveLength(4);
  });
});

describe('known_hosts, compared with OpenSSH itself', () => {
  it('is what ssh reads, too: no key is accepted by one and refused by the other', () => {
    // The data path is ssh's own, the control path ours: both must agree on this peer.
    const directory = `${peer.keys.directory}/agree`;
    mkdirSync(directory);
    const file = `${directory}/known_hosts`;
    const scan = here(['ssh-keyscan', '-p', String(peer.port), peer.address]);
    writeFileSync(file, scan);
    here(['ssh-keygen', '-q', '-H', '-f', file]);
    const ours = sshClient(peer, { target: { knownHostsFile: file } });
    return ours.connect().finally(() => ours.close());
  });
});
