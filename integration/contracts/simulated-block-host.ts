import type { CommandRunner } from '../../src/ports/index.js';
import { randomUUID } from 'node:crypto';
import { createContentProbe } from '../../src/adapters/blkid/index.js';
import { createDeviceMapper } from '../../src/adapters/dmsetup/index.js';
import { createHostFiles } from '../../src/adapters/host-files/index.js';
import { createPartitionMapper } from '../../src/adapters/kpartx/index.js';
import { createVolumeManager } from '../../src/adapters/lvm/index.js';
import { createMounter } from '../../src/adapters/mount/index.js';
import { createRegionReader } from '../../src/adapters/regions/index.js';
import { createPartitionTableReader } from '../../src/adapters/parted/index.js';
import { createDeviceEvents } from '../../src/adapters/udev/index.js';
import { deviceMapperName } from '../../src/core/model/index.js';
import { contentOn, writeContent } from '../../fakes/block/contents.js';
import { keyOf, requireDeviceAt } from '../../fakes/block/devices.js';
import { addDisk } from '../../fakes/block/disks.js';
import { openDevice } from '../../fakes/block/openings.js';
import type { BlockContent, TableEntry } from '../../fakes/block/types.js';
import { noteWrite } from '../../fakes/block/writes.js';
import { blockCommands } from '../../fakes/commands/block-commands.js';
import { fileCommands } from '../../fakes/commands/files.js';
import { mountCommands } from '../../fakes/commands/mount.js';
import { shellCommands } from '../../fakes/commands/shell.js';
import type { CommandTable } from '../../fakes/commands/types.js';
import { FaultScript } from '../../fakes/faults/script.js';
import { SimulatedFileSystem } from '../../fakes/filesystem/file-system.js';
import { exists, makeDirectory } from '../../fakes/filesystem/files.js';
import { locate } from '../../fakes/filesystem/path-walk.js';
import { makeDirectories } from '../../fakes/filesystem/tree-paths.js';
import {
  createPhysicalVolume,
  createThinLogicalVolume,
  createThinPool,
  createVolume,
  createVolumeGroup,
} from '../../fakes/lvm/create.js';
import { defaultScope, type ScannedGroup, scanLvm } from '../../fakes/lvm/scan.js';
import { Controller } from '../../fakes/runner/controller.js';
import { Launcher } from '../../fakes/runner/launcher.js';
import { addProcess, removeProcess } from '../../fakes/runner/processes.js';
import { SimulatedRunner } from '../../fakes/runner/simulated-runner.js';
import { addMachine, createWorld } from '../../fakes/world/create.js';
import type { Machine } from '../../fakes/world/state.js';
import {
  type BlockHost,
  type BlockPorts,
  mebibyte,
  type SampleContent,
  type SampleGroup,
  type SamplePartition,
  sectorBytes,
} from './block-host.js';

const volumeGroup = 'VolGroupXX';
const extentBytes = 4 * mebibyte;
const tools: CommandTable = {
  ...blockCommands,
  ...mountCommands,
  ...fileCommands,
  ...shellCommands,
};

/** A simulated machine with one volume group and a thin pool; no guests, no other hosts. */
export function contractMachine(): Machine {
  const rootFileSystem = SimulatedFileSystem.make({ type: 'ext4', sizeBytes: 2 ** 32 });
  const at = { seconds: 0, nanoseconds: 0 };
  for (const path of ['/run', '/mnt', '/tmp']) makeDirectories(rootFileSystem.tree, path, at);
  const machine = addMachine(createWorld({ seed: 'contracts' }), {
    name: 'dom0a',
    rootFileSystem,
    tools: new Map(
      Object.keys(tools).map((tool) => [tool, { path: `/usr/sbin/${tool}`, version: '1' }]),
    ),
  });
  const disk = addDisk(machine, { name: 'vdb', sizeBytes: 8192 * mebibyte });
  const group = createVolumeGroup(machine, { name: volumeGroup, devices: [{ device: disk }] });
  createThinPool(machine, group, { name: 'pool', extentCount: 32 });
  return machine;
}

/** Commands on a simulated machine. */
export function runnerOf(machine: Machine): CommandRunner {
  const launcher = new Launcher(machine.world, new FaultScript(), tools);
  const controller = new Controller(machine.name);
  return new SimulatedRunner({ launcher, machine, controller, host: machine.name });
}

/** The real adapters over the simulated machine's command runner. */
export function adapterPorts(machine: Machine): BlockPorts {
  const runner = runnerOf(machine);
  const options = { runner, clock: machine.world.clock, hostName: machine.name };
  const files = createHostFiles(options);
  return {
    volumes: createVolumeManager(options),
    deviceMapper: createDeviceMapper(options),
    partitionMaps: createPartitionMapper(options),
    partitionTables: createPartitionTableReader(options),
    contents: createContentProbe(options),
    regions: createRegionReader(options),
    mounts: createMounter(options),
    deviceEvents: createDeviceEvents({ ...options, files }),
  };
}

/** A contract machine behind ports of either kind; what disturbs it works on its state. */
export function simulatedBlockHost(makePorts: (machine: Machine) => BlockPorts): BlockHost {
  const machine = contractMachine();
  const ports = makePorts(machine);
  return {
    ports,
    clock: machine.world.clock,
    volumeGroup,
    async createVolume(name, sizeBytes) {
      const extentCount = sizeBytes / extentBytes;
      createVolume(machine, hostGroup(machine), { name, extentCount });
      return settled(ports, name);
    },
    async createThinVolume(name, sizeBytes) {
      const extentCount = sizeBytes / extentBytes;
      createThinLogicalVolume(machine, hostGroup(machine), { name, extentCount, pool: 'pool' });
      return settled(ports, name);
    },
    async format(device, content) {
      writeContent(machine, keyAt(machine, device), contentFor(machine, device, content));
    },
    async createGuestGroup(group) {
      createGuestGroup(machine, group);
    },
    async copyDevice(from, to) {
      const found = contentOn(machine, keyAt(machine, from))?.content;
      if (found === undefined) throw new Error(`nothing to copy on ${from}`);
      writeContent(machine, keyAt(machine, to), structuredCopy(found));
    },
    async write(device, sizeBytes) {
      noteWrite(machine, keyAt(machine, device), { start: 0, sectors: sizeBytes / sectorBytes });
    },
    async makeDirectory(path) {
      const parts = path.split('/').slice(1);
      for (const [index] of parts.entries()) {
        const parent = `/${parts.slice(0, index + 1).join('/')}`;
        if (!exists(machine, parent)) makeDirectory(machine, parent, 0o755);
      }
    },
    async holdDevice(device) {
      const process = addProcess(machine, { argv: ['sleep', 'infinity'] });
      const by = { kind: 'process', processId: process.processId } as const;
      const close = openDevice(machine, { device: keyAt(machine, device), by });
      return async () => {
        close();
        removeProcess(machine, process);
      };
    },
    async holdDirectory(path) {
      const workingDirectory = locate(machine, path);
      const process = addProcess(machine, { argv: ['sleep', 'infinity'], workingDirectory });
      return async () => {
        removeProcess(machine, process);
      };
    },
    close: async () => undefined,
  };
}

function hostGroup(machine: Machine): ScannedGroup {
  const { groups } = scanLvm(machine, defaultScope(machine));
  const group = groups.find(
    ({ metadata }) =>
      metadata.name === volumeGroup && metadata.logicalVolumes.some(({ name }) => name === 'pool'),
  );
  if (group === undefined) throw new Error('the host has lost its volume group');
  return group;
}

async function settled(ports: BlockPorts, name: string): Promise<string> {
  await ports.deviceEvents.settle();
  return `/dev/mapper/${deviceMapperName(volumeGroup, name)}`;
}

function keyAt(machine: Machine, path: string) {
  return keyOf(requireDeviceAt(machine, path).number);
}

function createGuestGroup(machine: Machine, { name, devices, volumes }: SampleGroup): void {
  const members = devices.map((path) => ({ device: requireDeviceAt(machine, path) }));
  let group = createVolumeGroup(machine, { name, devices: members });
  for (const { stripes, ...volume } of volumes) {
    group = createVolume(machine, group, {
      name: volume.name,
      extentCount: volume.sizeBytes / extentBytes,
      activation: 'inactive',
      ...(stripes === undefined ? {} : { stripes: { count: stripes, sectors: 128 } }),
    });
  }
}

function contentFor(machine: Machine, device: string, content: SampleContent): BlockContent {
  const sectors = sectorsAt(machine, device);
  switch (content.kind) {
    case 'msdos':
    case 'gpt':
      return {
        kind: 'partition-table',
        label: content.kind,
        uuid: content.kind === 'gpt' ? randomUUID() : '96eae725',
        logicalSectorBytes: sectorBytes,
        entries: content.partitions.map((partition) => tableEntry(partition, content.kind)),
      };
    case 'file-system': {
      const { type, label } = content;
      const sizeBytes = sectors * sectorBytes;
      const named = label === undefined ? {} : { label };
      const image = SimulatedFileSystem.make({ type, sizeBytes, uuid: randomUUID(), ...named });
      return { kind: 'file-system', image };
    }
    case 'swap': {
      const named = content.label === undefined ? {} : { label: content.label };
      return { kind: 'swap', uuid: randomUUID(), ...named, sectors };
    }
    case 'physical-volume': {
      createPhysicalVolume(machine, requireDeviceAt(machine, device));
      const made = contentOn(machine, keyAt(machine, device));
      if (made === undefined) throw new Error('no physical volume was made');
      return made.content;
    }
  }
}

function sectorsAt(machine: Machine, path: string): number {
  const device = requireDeviceAt(machine, path);
  if ('sectors' in device) return device.sectors;
  return device.table.reduce((sum, line) => sum + line.sectors, 0);
}

function tableEntry(partition: SamplePartition, label: 'msdos' | 'gpt'): TableEntry {
  const place = {
    number: partition.number,
    kind: partition.kind,
    start: partition.startBytes / sectorBytes,
    sectors: partition.sizeBytes / sectorBytes,
    bootable: false,
  };
  if (label === 'msdos') return { ...place, type: partition.kind === 'extended' ? '0x5' : '0x83' };
  const named = partition.name === undefined ? {} : { name: partition.name };
  const type = '0fc63daf-8483-4772-8e79-3d69d8477de4';
  return { ...place, type, uuid: randomUUID(), ...named };
}

function structuredCopy(content: BlockContent): BlockContent {
  if (content.kind !== 'file-system') return { ...content };
  if (!(content.image instanceof SimulatedFileSystem)) throw new Error('not a simulated image');
  return { kind: 'file-system', image: content.image.fork() };
}
