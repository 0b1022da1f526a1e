import { describe, expect, it } from 'vitest';
import type { CommandTable, StreamingCommand } from '../../fakes/commands/types.js';
import { fileCommands } from '../../fakes/commands/files.js';
import { defineDomain, startDomain, suspendDomain } from '../../fakes/domains/operations.js';
import type { DomainParts } from '../../fakes/domains/types.js';
import { FaultScript } from '../../fakes/faults/script.js';
import { makeDirectory, makeSymlink } from '../../fakes/filesystem/files.js';
import { inodeAt, locate } from '../../fakes/filesystem/path-walk.js';
import { Controller } from '../../fakes/runner/controller.js';
import { Launcher } from '../../fakes/runner/launcher.js';
import { ProcessKilled } from '../../fakes/runner/processes.js';
import { SimulatedRunner } from '../../fakes/runner/simulated-runner.js';
import type { Machine } from '../../fakes/world/state.js';
import { describeCommandRunner } from './command-runner.contract.js';
import { describeFileCopier } from './file-copier.contract.js';
import { describeHostFiles } from './host-files.contract.js';
import {
  contractBridge,
  contractDisk,
  contractMacAddress,
  contractGuests as guests,
  contractRunning as running,
  contractShutOff as shutOff,
  describeHypervisor,
} from './hypervisor.contract.js';
import { describeLocks } from './locks.contract.js';
import { adapterKind, machineNamed, newPair, openHosts, portKind } from './simulated-hosts.js';

for (const kind of [adapterKind, portKind]) {
  describeHostFiles({
    name: kind.name,
    open: async () => {
      const simulation = await openHosts();
      const machine = machineNamed(simulation, 'dom0a');
      return {
        files: kind.ports(simulation, machine).files,
        directory: '/mnt',
        link: async (target, path) => {
          makeSymlink(machine, path, target);
        },
        mode: async (path) => inodeAt(machine, locate(machine, path)).mode,
        close: async () => undefined,
      };
    },
  });

  describeLocks({
    name: kind.name,
    open: async () => {
      const simulation = await openHosts();
      const machine = machineNamed(simulation, 'dom0a');
      return {
        first: kind.ports(simulation, machine).locks,
        second: kind.ports(simulation, machine).locks,
        killHolder: async (name) => {
          const lock = machine.fileLocks.find(({ path }) => path.endsWith(`/${name}.lock`));
          const holder = machine.processes.get(lock?.processId ?? 0);
          holder?.killed.abort(new ProcessKilled('KILL'));
        },
        close: async () => undefined,
      };
    },
  });

  describeFileCopier({
    name: kind.name,
    open: async () => {
      const simulation = await openHosts();
      const source = machineNamed(simulation, 'dom0a');
      const target = machineNamed(simulation, 'dom0b');
      let pairs = 0;
      const { copier } = kind.ports(simulation, source);
      return {
        copier,
        peer: { address: '192.0.2.2', elevation: 'none' },
        deadPeer: { address: '192.0.2.99', elevation: 'none' },
        unknownPeer: { address: '192.0.2.3', elevation: 'none' },
        peerBootId: target.bootId,
        stopReceivers: (tag) => kind.ports(simulation, target).copier.stopReceivers(tag),
        newPair: async () => newPair(source, target, (pairs += 1)),
        close: async () => undefined,
      };
    },
  });

  describeHypervisor({
    name: `${kind.name}, all of it`,
    open: async () => {
      const simulation = await openHosts();
      const machine = machineNamed(simulation, 'dom0a');
      defineGuests(machine);
      const { hypervisor } = kind.ports(simulation, machine);
      return { hypervisor, running, shutOff, guests, close: async () => undefined };
    },
    openUnreachable: async () => {
      const simulation = await openHosts();
      const machine = machineNamed(simulation, 'dom0a');
      machine.hypervisor.running = false;
      return kind.ports(simulation, machine).hypervisor;
    },
  });
}

function defineGuests(machine: Machine): void {
  for (const [name, state] of guests) {
    const uuid = machine.world.identifiers.uuid();
    // Without its disk it starts in a world without block devices; then it gets it.
    const definition = { kind: 'parts', ...partsOf(name), disks: [] } as const;
    const domain = defineDomain(machine, { name, uuid, definition });
    if (state !== 'shut off') startDomain(machine, domain);
    if (state === 'paused') suspendDomain(machine, domain);
    Object.assign(domain, { definition: { kind: 'parts', ...partsOf(name) } });
  }
}

function partsOf(name: string): DomainParts {
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

const sleep: StreamingCommand = async (machine, _argv, { killed }) => {
  await machine.world.clock.sleep(600_000, killed);
  return { exitCode: 0, stdout: '', stderr: '' };
};
const copyInput: StreamingCommand = async (_machine, _argv, { input, print }) => {
  for await (const chunk of input) print(chunk);
  return { exitCode: 0, stdout: '', stderr: '' };
};
const flood: StreamingCommand = async (machine, _argv, { killed, print }) => {
  for (;;) {
    print('much too much\n'.repeat(1000));
    await machine.world.clock.sleep(1, killed);
  }
};
const samples: CommandTable = {
  ...fileCommands,
  sleep: { kind: 'streaming', run: sleep },
  copy: { kind: 'streaming', run: copyInput },
  flood: { kind: 'streaming', run: flood },
};

for (const from of ['dom0a', 'outside']) {
  describeCommandRunner({
    name: `a simulated machine, asked from ${from}`,
    commands: {
      prints: { argv: ['uname', '-n'], stdout: 'dom0a\n' },
      fails: { argv: ['cat', '/nowhere at all'], exitCode: 1, stderr: /No such file or directory/ },
      missing: ['xen-backup-no-such-tool', '--version'],
      hangs: ['sleep', '600'],
      copiesInput: ['copy'],
      floods: ['flood'],
    },
    open: async () => {
      const { world } = await openHosts();
      const machine = world.machines.get('dom0a');
      if (machine === undefined) throw new Error('no machine');
      for (const tool of Object.keys(samples)) {
        machine.tools.set(tool, { path: `/usr/bin/${tool}`, version: '1' });
      }
      const launcher = new Launcher(world, new FaultScript(), samples);
      const controller = new Controller(from);
      const runner = new SimulatedRunner({ launcher, machine, controller, host: 'dom0a' });
      return {
        runner,
        isAlive: async (processId) => machine.processes.has(processId),
        close: () => runner.close(),
      };
    },
  });
}

describe('the directory of the locks on a simulated host', () => {
  const run = '/run/xen-backup';
  it.each<[string, (machine: Machine) => void]>([
    [
      'is open to others',
      (machine) => {
        makeDirectory(machine, run, 0o755);
      },
    ],
    [
      'is reached through a link',
      (machine) => {
        makeDirectory(machine, '/mnt/elsewhere', 0o700);
        makeSymlink(machine, run, '/mnt/elsewhere');
      },
    ],
  ])('is refused when it %s', async (_, spoil) => {
    const simulation = await openHosts();
    const machine = machineNamed(simulation, 'dom0a');
    spoil(machine);
    const { locks } = adapterKind.ports(simulation, machine);
    const owner = { runId: 'abcdefghij', controller: 'here', processId: 1, since: '2026' };
    await expect(locks.tryLock('web', owner)).rejects.toMatchObject({
      code: 'ownership-unproven',
    });
  });
});
