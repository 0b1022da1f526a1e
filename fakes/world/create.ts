import { startEventDaemon } from '../daemons/dmeventd.js';
import { startUdev } from '../daemons/udevd.js';
import type { FileSystemImage } from '../filesystem/types.js';
import { SimulatedClock } from './clock.js';
import { createIdentifiers, type IdentifiersState } from './identifiers.js';
import type { HostHardware, InstalledTool, Machine, World } from './state.js';

export interface WorldInit {
  /** Everything that looks random follows from it. */
  readonly seed: string;
  /** Wall clock at the beginning. Default: 2026-01-01 00:00:00 UTC. */
  readonly startMs?: number;
  /** A saved world goes on from here. */
  readonly saved?: { readonly elapsedMs: number; readonly identifiers: IdentifiersState };
}

/** A world without machines. */
export function createWorld(init: WorldInit): World {
  return {
    clock: new SimulatedClock(init.startMs ?? Date.UTC(2026, 0, 1), init.saved?.elapsedMs),
    identifiers: createIdentifiers(init.seed, init.saved?.identifiers),
    machines: new Map(),
    network: { cut: new Set(), returns: [], watchers: new Set() },
    trace: [],
    writeSequence: 0,
    violations: [],
  };
}

export interface MachineInit {
  readonly name: string;
  /** Default: the name. */
  readonly nodeName?: string;
  readonly addresses?: readonly string[];
  /** Image of `/`. */
  readonly rootFileSystem: FileSystemImage;
  readonly tools?: ReadonlyMap<string, InstalledTool>;
  readonly networkInterfaces?: readonly string[];
  readonly bootId?: string;
  readonly hardware?: HostHardware;
}

const usualHardware: HostHardware = {
  processors: 4,
  megahertz: 2400,
  processorModel: 'Nehalem',
  memoryKiB: 8_388_608,
  hostMemoryKiB: 8_388_608,
  hypervisorVersion: '4.17.0',
};

/** Adds a bare machine, without disks and domains; its udev and dmeventd run. */
export function addMachine(world: World, init: MachineInit): Machine {
  const { identifiers } = world;
  const machine: Machine = {
    world,
    name: init.name,
    nodeName: init.nodeName ?? init.name,
    addresses: init.addresses ?? [init.name],
    bootId: init.bootId ?? identifiers.uuid(),
    machineId: identifiers.hex(32),
    power: 'on',
    networkInterfaces: new Set(init.networkInterfaces ?? ['lo']),
    spaces: new Map(),
    views: new Map(),
    thinPools: new Map(),
    images: new Map(),
    networkBlockDevices: { devices: 16, maxPartitions: 0 },
    sectorsWritten: new Map(),
    devices: new Map(),
    tableGeneration: 0,
    openings: [],
    kernelListeners: [],
    kernelLog: [],
    udev: {
      rules: [],
      queue: [],
      nextEvent: 1,
      delayMs: 20,
      handlingMs: 60,
      activationDelayMs: 400,
      autoActivation: 'on',
    },
    eventDaemon: { running: true, monitored: new Set() },
    lvmSettings: { scanLogicalVolumes: 'off', globalFilter: [] },
    mounts: [rootMount(init.rootFileSystem)],
    processes: new Map(),
    fileLocks: [],
    domains: new Map(),
    hypervisor: {
      uris: ['xen:///system'],
      running: true,
      driver: 'Xen',
      nextDomainId: 1,
      hardware: init.hardware ?? usualHardware,
    },
    tools: new Map(init.tools ?? []),
    systemd: { state: 'running', timers: new Map(), services: new Map() },
    ssh: { hostKey: '', port: 22, daemon: 'running', authorized: new Set() },
  };
  startUdev(machine);
  startEventDaemon(machine);
  world.machines.set(machine.name, machine);
  return machine;
}

function rootMount(image: FileSystemImage): Machine['mounts'][number] {
  return {
    id: 20,
    parentId: 1,
    mountPoint: '/',
    source: '/dev/vda',
    type: image.superblock.type,
    options: ['rw', 'relatime'],
    superOptions: ['rw'],
    device: { major: 254, minor: 0 },
    root: '/',
    image,
  };
}
