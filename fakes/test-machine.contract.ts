import type { Argv } from '../src/ports/index.js';
import { writeContent } from './block/contents.js';
import { keyOf, requireDeviceAt, sectorsOf } from './block/devices.js';
import { addDisk } from './block/disks.js';
import { createMap, type MapInit } from './block/maps.js';
import type { BlockDevice } from './block/types.js';
import { blockCommands } from './commands/block-commands.js';
import type { CommandOutcome } from './commands/types.js';
import { SimulatedFileSystem } from './filesystem/file-system.js';
import { makeDirectories } from './filesystem/tree-paths.js';
import { createVolume, createVolumeGroup } from './lvm/create.js';
import { defaultScope, type ScannedGroup, scanLvm } from './lvm/scan.js';
import { addMachine, createWorld } from './world/create.js';
import type { Machine } from './world/state.js';

export const mebibyte = 2 ** 20;

/** A machine with the host group `VG` of 1 GiB on vdb, and what tests of block devices need. */
export class TestMachine {
  readonly machine: Machine;

  constructor(seed = 'test') {
    const rootFileSystem = SimulatedFileSystem.make({ type: 'ext4', sizeBytes: 2 ** 32 });
    const at = { seconds: 0, nanoseconds: 0 };
    for (const path of ['/run/udev/rules.d', '/mnt', '/snap']) {
      makeDirectories(rootFileSystem.tree, path, at);
    }
    this.machine = addMachine(createWorld({ seed }), { name: 'dom0a', rootFileSystem });
    const device = addDisk(this.machine, { name: 'vdb', sizeBytes: 1024 * mebibyte });
    createVolumeGroup(this.machine, { name: 'VG', devices: [{ device }] });
  }

  get group(): ScannedGroup {
    return this.groupNamed('VG');
  }

  groupNamed(name: string): ScannedGroup {
    const { groups } = scanLvm(this.machine, defaultScope(this.machine));
    const group = groups.find(({ metadata }) => metadata.name === name);
    if (group === undefined) throw new Error(`no group ${name}`);
    return group;
  }

  /** A linear volume of the host's group. */
  volume(name: string, mebibytes: number): BlockDevice {
    createVolume(this.machine, this.group, { name, extentCount: mebibytes / 4 });
    return this.device(`/dev/VG/${name}`);
  }

  device(path: string): BlockDevice {
    return requireDeviceAt(this.machine, path);
  }

  map(init: Partial<MapInit> & Pick<MapInit, 'name' | 'table'>): BlockDevice {
    return createMap(this.machine, { uuid: '', access: 'read-write', ...init });
  }

  /** A map that shows all of a device. */
  wrap(name: string, device: BlockDevice): BlockDevice {
    const sectors = sectorsOf(device);
    const line = { kind: 'linear', start: 0, sectors, device: keyOf(device.number) } as const;
    return this.map({ name, uuid: name, table: [{ ...line, offset: 0 }] });
  }

  /** An ext4 over all of a device. */
  format(device: BlockDevice, uuid = '11111111-2222-4333-8444-555555555555'): SimulatedFileSystem {
    const image = SimulatedFileSystem.make({
      type: 'ext4',
      uuid,
      sizeBytes: sectorsOf(device) * 512,
    });
    writeContent(this.machine, keyOf(device.number), { kind: 'file-system', image });
    return image;
  }

  async run(argv: Argv, stdin = ''): Promise<CommandOutcome> {
    const entry = blockCommands[argv[0]];
    if (entry?.kind !== 'plain') throw new Error(`${argv[0]} is not simulated`);
    return entry.run(this.machine, argv, stdin);
  }

  /** Lets simulated time pass. */
  wait(milliseconds: number): Promise<void> {
    return this.machine.world.clock.sleep(milliseconds);
  }

  /** Names of all maps. */
  get maps(): readonly string[] {
    return [...this.machine.devices.values()]
      .flatMap((device) => (device.kind === 'map' ? [device.name] : []))
      .sort();
  }
}
