import { createFileCopier } from '../../src/adapters/rsync/index.js';
import type { CopyRequest, FileCopier, ProvenMount } from '../../src/ports/index.js';
import type { FileTree } from '../filesystem/file-tree.js';
import { makeDirectory } from '../filesystem/files.js';
import { deviceNumberInDecimal, topMountAt } from '../filesystem/mount-table.js';
import { treeOf } from '../filesystem/mounted-tree.js';
import { mountDevice } from '../filesystem/mounting.js';
import { parseScenario } from '../scenario/load.js';
import { createSimulation, type Simulation } from '../simulation.js';
import type { Machine } from '../world/state.js';

export const sourcePoint = '/mnt/source';
export const targetPoint = '/mnt/target';

/** Files by path, as a scenario describes them. */
export type CopyFiles = Readonly<Record<string, unknown>>;

export interface CopyWorldInit {
  /** `files:` of the source and of the target, as a scenario has them. */
  readonly source: CopyFiles;
  readonly target: CopyFiles;
  readonly type?: string;
  readonly targetSize?: string;
  /** YAML lines at the top of the scenario: `ssh:`, `faults:`. */
  readonly more?: string;
}

/** Two hosts with one mounted file system each, and the real copier between them. */
export class CopyWorld {
  readonly simulation: Simulation;
  readonly source: Machine;
  readonly target: Machine;
  readonly copier: FileCopier;

  private constructor(simulation: Simulation) {
    this.simulation = simulation;
    this.source = machineNamed(simulation, 'dom0a');
    this.target = machineNamed(simulation, 'dom0b');
    mount(this.source, sourcePoint, 'ro');
    mount(this.target, targetPoint, 'rw');
    const runner = simulation.runner(this.source);
    this.copier = createFileCopier({ runner, hostName: 'dom0a' });
  }

  static async open(init: CopyWorldInit): Promise<CopyWorld> {
    const host = (address: string, size: string, files: CopyFiles): string => `
    addresses: [${address}]
    volumeGroups: { VG: { size: 8GiB } }
    volumes:
      VG/data:
        size: ${size}
        content: { fileSystem: ${init.type ?? 'ext4'}, files: ${JSON.stringify(files)} }`;
    const text = `version: 1
${init.more ?? ''}
hosts:
  dom0a:${host('192.0.2.1', '4GiB', init.source)}
  dom0b:${host('192.0.2.2', init.targetSize ?? '4GiB', init.target)}
`;
    return new CopyWorld(await createSimulation(parseScenario(text, 'copy.yaml')));
  }

  /** The tree of one side, as it is mounted now. */
  tree(machine: Machine): FileTree {
    const point = machine === this.source ? sourcePoint : targetPoint;
    const found = topMountAt(machine, point);
    if (found === undefined) throw new Error(`${point} is not mounted`);
    return treeOf(machine, found);
  }

  request(changes: Partial<CopyRequest> = {}): CopyRequest {
    return {
      source: proof(this.source, sourcePoint),
      target: proof(this.target, targetPoint),
      peer: { address: '192.0.2.2', elevation: 'none' },
      pass: 'real',
      faithfulness: 'posix',
      excludes: [],
      bandwidthLimitKiBPerSecond: 0,
      ioClass: 'idle',
      stallTimeoutMs: 60_000,
      tag: 'run1-7',
      ...changes,
    };
  }
}

function machineNamed(simulation: Simulation, name: string): Machine {
  const machine = simulation.world.machines.get(name);
  if (machine === undefined) throw new Error(`no machine ${name}`);
  return machine;
}

function mount(machine: Machine, mountPoint: string, access: 'ro' | 'rw'): void {
  makeDirectory(machine, mountPoint, 0o700);
  const device = '/dev/VG/data';
  mountDevice(machine, { device, mountPoint, type: 'auto', options: [access] });
}

function proof(machine: Machine, mountPoint: string): ProvenMount {
  const found = topMountAt(machine, mountPoint);
  const device = found?.device ?? { major: 254, minor: 0 };
  return { mountPoint, identity: { device: deviceNumberInDecimal(device), inode: '2' } };
}
