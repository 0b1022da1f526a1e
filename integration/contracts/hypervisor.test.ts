import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { createLocalRunner } from '../../src/adapters/local/index.js';
import { createHypervisor } from '../../src/adapters/virsh/index.js';
import type { DomainState } from '../../src/core/model/index.js';
import {
  contractBridge,
  contractDisk,
  contractMacAddress,
  contractGuests,
  contractRunning as running,
  contractShutOff as shutOff,
  describeHypervisor,
} from './hypervisor.contract.js';

const hostName = 'here';
const driverStates: Partial<Record<DomainState, number>> = { running: 1, paused: 3, 'shut off': 5 };

/** The test driver's hosts are files: `test:///FILE`. */
function nodeFile(): string {
  const domains = [...contractGuests].map(([name, state]) => {
    const disk = `<disk type='block' device='disk'><source dev='${contractDisk}'/><target dev='xvda' bus='xen'/></disk>`;
    const card = `<interface type='bridge'><mac address='${contractMacAddress}'/><source bridge='${contractBridge}'/></interface>`;
    return `<domain type='test'><name>${name}</name><memory>8192</memory><os><type>hvm</type></os>
<devices>${name === running ? disk : ''}${name === shutOff ? card : ''}</devices>
<testdriver:runstate xmlns:testdriver='http://libvirt.org/schemas/domain/test/1.0'>${driverStates[state] ?? 0}</testdriver:runstate>
</domain>`;
  });
  return `<node>\n${domains.join('\n')}\n</node>\n`;
}

const tool = 'virsh';
const virshIsHere = spawnSync(tool, ['--version']).status === 0;

if (virshIsHere) {
  const runner = createLocalRunner({ hostName });
  describeHypervisor({
    name: "virsh of this machine with libvirt's test driver",
    open: async () => {
      const directory = mkdtempSync(join(tmpdir(), 'xen-backup-virsh-'));
      const file = join(directory, 'node.xml');
      writeFileSync(file, nodeFile());
      return {
        hypervisor: createHypervisor({ runner, hostName, libvirtUri: `test://${file}` }),
        running,
        shutOff,
        guests: contractGuests,
        close: async () => {
          rmSync(directory, { recursive: true });
        },
      };
    },
    openUnreachable: async () =>
      createHypervisor({ runner, hostName, libvirtUri: 'nosuch:///system' }),
  });
} else {
  describe("hypervisor contract: virsh of this machine with libvirt's test driver", () => {
    it.skip('not run: virsh is not installed here (Debian: libvirt-clients)', () => undefined);
  });
}
