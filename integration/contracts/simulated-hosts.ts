import { createFileCopier } from '../../src/adapters/rsync/index.js';
import { createHostFiles } from '../../src/adapters/host-files/index.js';
import { createLocks } from '../../src/adapters/locks/index.js';
import { createHypervisor } from '../../src/adapters/virsh/index.js';
import type {
  FileCopier,
  HostFiles,
  Hypervisor,
  Locks,
  ProvenMount,
} from '../../src/ports/index.js';
import { FileContent } from '../../fakes/filesystem/content.js';
import { exists, makeDirectory, readText, writeFile } from '../../fakes/filesystem/files.js';
import { deviceNumberInDecimal, topMountAt } from '../../fakes/filesystem/mount-table.js';
import { treeOf } from '../../fakes/filesystem/mounted-tree.js';
import { locate } from '../../fakes/filesystem/path-walk.js';
import { mountTmpfs } from '../../fakes/filesystem/special-mounts.js';
import { removeAt, walkTree } from '../../fakes/filesystem/tree-paths.js';
import { unmount } from '../../fakes/filesystem/unmounting.js';
import { simulatedFileCopier } from '../../fakes/ports/file-copier.js';
import { simulatedHostFiles } from '../../fakes/ports/host-files.js';
import { simulatedHypervisor } from '../../fakes/ports/hypervisor.js';
import { simulatedLocks } from '../../fakes/ports/locks.js';
import { parseScenario } from '../../fakes/scenario/load.js';
import { createSimulation, type Simulation } from '../../fakes/simulation.js';
import type { Machine } from '../../fakes/world/state.js';
import type { CopierPair, CopierSide } from './file-copier.contract.js';

/** Ports of one simulated machine, of one kind or the other. */
export interface HostPorts {
  readonly files: HostFiles;
  readonly locks: Locks;
  readonly hypervisor: Hypervisor;
  readonly copier: FileCopier;
}

/** How the ports of a machine are made. */
export interface PortKind {
  readonly name: string;
  ports(simulation: Simulation, machine: Machine): HostPorts;
}

export const adapterKind: PortKind = {
  name: 'the real adapters on a simulated machine',
  ports: (simulation, machine) => {
    const runner = simulation.runner(machine);
    const options = { runner, hostName: machine.name, clock: simulation.clock };
    const files = createHostFiles(options);
    return {
      files,
      locks: createLocks({ ...options, files }),
      hypervisor: createHypervisor({ ...options, libvirtUri: 'xen:///system' }),
      copier: createFileCopier(options),
    };
  },
};

export const portKind: PortKind = {
  name: 'the port-level fakes on a simulated machine',
  ports: (_simulation, machine) => ({
    files: simulatedHostFiles(machine),
    locks: simulatedLocks(machine),
    hypervisor: simulatedHypervisor(machine),
    copier: simulatedFileCopier(machine),
  }),
};

/** Three hosts that know one another, but nobody knows the third one's key. */
const scenario = `
version: 1
hosts:
  dom0a: { addresses: [192.0.2.1], bridges: [br4000] }
  dom0b: { addresses: [192.0.2.2] }
  dom0c: { addresses: [192.0.2.3] }
ssh: { unknownKeys: [{ from: dom0a, to: dom0c }] }
`;

export async function openHosts(more = ''): Promise<Simulation> {
  return createSimulation(parseScenario(`${scenario}${more}`, 'contracts.yaml'));
}

export function machineNamed(simulation: Simulation, name: string): Machine {
  const machine = simulation.world.machines.get(name);
  if (machine === undefined) throw new Error(`no machine ${name}`);
  return machine;
}

/** Two new file systems in memory, one on each machine. */
export function newPair(source: Machine, target: Machine, number: number): CopierPair {
  return {
    source: newSide(source, `/mnt/source-${number}`),
    target: newSide(target, `/mnt/target-${number}`),
    close: async () => undefined,
  };
}

function newSide(machine: Machine, mountPoint: string): CopierSide {
  makeDirectory(machine, mountPoint, 0o700);
  mountTmpfs(machine, { source: 'contract', mountPoint, options: ['size=64m'] });
  const at = (path: string): string => `${mountPoint}/${path}`;
  return {
    mount: proofOf(machine, mountPoint),
    write: async (path, text) => {
      makeParents(machine, at(path));
      writeFile(machine, at(path), FileContent.fromText(text));
    },
    remove: async (path) => {
      const mount = topMountAt(machine, mountPoint);
      if (mount === undefined) throw new Error(`${mountPoint} is not mounted`);
      removeAt(treeOf(machine, mount), path, { seconds: 0, nanoseconds: 0 });
    },
    read: async (path) => (exists(machine, at(path)) ? readText(machine, at(path)) : undefined),
    files: async () => {
      const { mount, inode } = locate(machine, mountPoint);
      return [...walkTree(treeOf(machine, mount), inode)]
        .filter(({ inode: { kind } }) => kind === 'f')
        .map(({ path }) => path)
        .sort();
    },
    unmount: async () => {
      unmount(machine, mountPoint);
    },
  };
}

function proofOf(machine: Machine, mountPoint: string): ProvenMount {
  const { mount, inode } = locate(machine, mountPoint);
  const device = deviceNumberInDecimal(mount.device);
  return { mountPoint, identity: { device, inode: String(inode) } };
}

function makeParents(machine: Machine, path: string): void {
  const parts = path.split('/').slice(1, -1);
  for (const index of parts.keys()) {
    const parent = `/${parts.slice(0, index + 1).join('/')}`;
    if (!exists(machine, parent)) makeDirectory(machine, parent, 0o755);
  }
}
