import { systemClock as clock } from '../../../src/composition/system-clock.js';
import { afterAll, beforeAll } from 'vitest';
import { createHostFiles } from '../../../src/adapters/host-files/index.js';
import { createLocks } from '../../../src/adapters/locks/index.js';
import { createFileCopier } from '../../../src/adapters/rsync/index.js';
import { createHypervisor } from '../../../src/adapters/virsh/index.js';
import type { DomainState } from '../../../src/core/model/index.js';
import type { ReplicationPeer } from '../../../src/ports/index.js';
import { describeCommandRunner } from '../../contracts/command-runner.contract.js';
import { describeFileCopier } from '../../contracts/file-copier.contract.js';
import { describeHostFiles } from '../../contracts/host-files.contract.js';
import {
  contractOddNames,
  contractRunning,
  contractShutOff,
  describeHypervisor,
} from '../../contracts/hypervisor.contract.js';
import { describeLocks } from '../../contracts/locks.contract.js';
import { shellCommands } from '../../contracts/shell-commands.js';
import { guests } from '../guests.js';
import { hostSpec } from '../hosts.js';
import { lab } from '../lab.js';
import { holdLock } from '../lock.js';
import { defineContractGuests } from './contract-guests.js';
import { newSide, openRunner } from './host-side.js';

// Ports that are more than block devices, over xen-backup's own SSH runner. dom0b runs no guest.
const hostName = 'dom0b';
const name = 'a real Dom0';
let release = () => {};

beforeAll(async () => {
  release = await holdLock('host contracts');
  await lab.reset();
});
afterAll(async () => {
  await lab.down();
  release();
});

describeCommandRunner({
  name,
  commands: shellCommands,
  open: async () => {
    const ssh = await openRunner(hostName);
    return {
      runner: ssh.runner,
      isAlive: async (processId) => {
        const found = await lab.host(hostName).exec(['ps', '-o', 'stat=', '-p', String(processId)]);
        return /^[^ZX]/.test(found.stdout.trim());
      },
      close: () => ssh.close(),
    };
  },
});

describeHostFiles({
  name,
  open: async () => {
    const ssh = await openRunner(hostName);
    const host = lab.host(hostName);
    const directory = '/var/tmp/contract-files';
    await host.must(['mkdir', directory]);
    return {
      files: createHostFiles({ runner: ssh.runner, hostName }),
      directory,
      link: async (target, path) => {
        await host.must(['ln', '-s', '--', target, path]);
      },
      mode: async (path) => parseInt(await host.must(['stat', '-c', '%a', path]), 8),
      close: () => ssh.close(),
    };
  },
});

describeLocks({
  name,
  open: async () => {
    const [first, second] = await Promise.all([openRunner(hostName), openRunner(hostName)]);
    const directory = '/run/contract-locks';
    const locksOver = ({ runner }: typeof first) => {
      const files = createHostFiles({ runner, hostName });
      return createLocks({ clock, runner, files, hostName, directory });
    };
    return {
      first: locksOver(first),
      second: locksOver(second),
      killHolder: async (lock) => {
        const pattern = `xen-backup-lock ${directory}/${lock}.lock`;
        await lab.host(hostName).must(['pkill', '-KILL', '-f', pattern]);
      },
      close: async () => {
        await Promise.all([first.close(), second.close()]);
      },
    };
  },
});

describeHypervisor({
  name,
  open: async () => {
    await defineContractGuests(hostName);
    const ssh = await openRunner(hostName);
    const off = [contractShutOff, ...contractOddNames, ...guests.map((guest) => guest.name)];
    return {
      hypervisor: createHypervisor({ runner: ssh.runner, hostName, libvirtUri: 'xen:///system' }),
      running: contractRunning,
      shutOff: contractShutOff,
      guests: new Map<string, DomainState>([
        [contractRunning, 'running'],
        ...off.map((guest): [string, DomainState] => [guest, 'shut off']),
      ]),
      close: () => ssh.close(),
    };
  },
  openUnreachable: async () => {
    const { runner } = await openRunner(hostName);
    const libvirtUri = 'xen+unix:///system?socket=/run/no-such-libvirt';
    return createHypervisor({ runner, hostName, libvirtUri });
  },
});

describeFileCopier({
  name: 'from one real Dom0 to another',
  open: async () => {
    const [source, target] = await Promise.all([openRunner('dom0a'), openRunner('dom0b')]);
    const peer: ReplicationPeer = { address: hostSpec('dom0b').linkAddress, elevation: 'none' };
    const receivers = createFileCopier({ runner: target.runner, hostName: 'dom0b' });
    const bootId = await lab.host('dom0b').must(['cat', '/proc/sys/kernel/random/boot_id']);
    return {
      copier: createFileCopier({ runner: source.runner, hostName: 'dom0a' }),
      peer,
      deadPeer: { ...peer, port: 1 },
      unknownPeer: { ...peer, knownHostsFile: '/dev/null' },
      peerBootId: bootId.trim(),
      stopReceivers: (tag) => receivers.stopReceivers(tag),
      newPair: async () => {
        const [from, to] = await Promise.all([newSide('dom0a'), newSide('dom0b')]);
        return {
          source: from,
          target: to,
          close: async () => {
            await Promise.all([from.close(), to.close()]);
          },
        };
      },
      close: async () => {
        await Promise.all([source.close(), target.close()]);
      },
    };
  },
});
