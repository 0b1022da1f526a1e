import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { virshCommands } from '../../fakes/commands/virsh.js';
import { defineDomain, startDomain, suspendDomain } from '../../fakes/domains/operations.js';
import type { DomainParts } from '../../fakes/domains/types.js';
import { SimulatedFileSystem } from '../../fakes/filesystem/file-system.js';
import { addMachine, createWorld } from '../../fakes/world/create.js';
import type { Machine } from '../../fakes/world/state.js';
import { createLocalRunner } from '../../src/adapters/local/index.js';
import { createHypervisor } from '../../src/adapters/virsh/index.js';
import type { DomainState } from '../../src/core/model/index.js';
import type { CommandRunner } from '../../src/ports/index.js';
import {
  contractBridge,
  contractDisk,
  contractMacAddress,
  contractOddNames,
  describeHypervisor,
} from './hypervisor.contract.js';

const hostName = 'here';
const running = 'web-01';
const shutOff = 'db-01';

/** The same guests everywhere; one of the oddly named is paused. */
const guests: ReadonlyMap<string, DomainState> = new Map<string, DomainState>([
  [running, 'running'],
  [shutOff, 'shut off'],
  ...contractOddNames.map((name): [string, DomainState] => [
    name,
    name === '-rf' ? 'paused' : 'shut off',
  ]),
]);

// --- The adapter over a simulated machine. ---

function parts(name: string): DomainParts {
  const disk = {
    target: 'xvda',
    bus: 'xen',
    device: 'disk',
    source: contractDisk,
    sourceKind: 'block',
    driverName: 'phy',
    readOnly: false,
    shareable: false,
  } as const;
  return {
    type: 'xen',
    memoryKiB: 65_536,
    processors: 1,
    boot: { kind: 'bootloader', path: '/usr/bin/pygrub' },
    disks: name === running ? [disk] : [],
    interfaces: name === shutOff ? [{ bridge: contractBridge, mac: contractMacAddress }] : [],
  };
}

function simulatedMachine(): Machine {
  const machine = addMachine(createWorld({ seed: 'hypervisor contract' }), {
    name: hostName,
    rootFileSystem: SimulatedFileSystem.make({ type: 'ext4', sizeBytes: 2 ** 30 }),
    tools: new Map([['virsh', { path: '/usr/bin/virsh', version: '9.0.0' }]]),
  });
  for (const [name, state] of guests) {
    const domain = defineDomain(machine, {
      name,
      uuid: machine.world.identifiers.uuid(),
      // Without its disk it starts in a world without block devices; then it gets it.
      definition: { kind: 'parts', ...parts(name), disks: [] },
    });
    if (state !== 'shut off') startDomain(machine, domain);
    if (state === 'paused') suspendDomain(machine, domain);
    Object.assign(domain, { definition: { kind: 'parts', ...parts(name) } });
  }
  return machine;
}

function virshOn(machine: Machine): CommandRunner {
  return {
    run: async ({ argv }) => {
      const entry = virshCommands[argv[0]];
      if (entry?.kind !== 'plain') throw new Error(`not simulated: ${argv[0]}`);
      return { argv, durationMs: 1, ...(await entry.run(machine, argv, '')) };
    },
    start: () => Promise.reject(new Error('nothing long-lived here')),
  };
}

describeHypervisor({
  name: 'virsh on a simulated machine',
  open: async () => ({
    hypervisor: createHypervisor({
      runner: virshOn(simulatedMachine()),
      hostName,
      libvirtUri: 'xen:///system',
    }),
    running,
    shutOff,
    guests,
    close: async () => undefined,
  }),
  openUnreachable: async () => {
    const machine = simulatedMachine();
    machine.hypervisor.running = false;
    return createHypervisor({ runner: virshOn(machine), hostName, libvirtUri: 'xen:///system' });
  },
});

// --- The adapter over a real virsh, with libvirt's test driver. ---

const driverStates: Partial<Record<DomainState, number>> = { running: 1, paused: 3, 'shut off': 5 };

/** The test driver's hosts are files: `test:///FILE`. */
function nodeFile(): string {
  const domains = [...guests].map(([name, state]) => {
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
        guests,
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
