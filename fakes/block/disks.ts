import type { DeviceNumber } from '../../src/core/model/index.js';
import { SimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import { keyOf } from './devices.js';
import { type DiskDevice, type LoopDevice, type PartitionDevice, sectorBytes } from './types.js';

export interface DiskInit {
  /** `vdb`, `sda`, `fd0`, `sr0`. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Default: as Linux numbers the name. */
  readonly number?: DeviceNumber;
  readonly logicalSectorBytes?: number;
  readonly physicalSectorBytes?: number;
  /** Default: `Virtio Block Device`, `virtblk`. */
  readonly model?: string;
  readonly transport?: string;
  readonly deviceType?: 'disk' | 'rom';
}

/** Letters of a disk's driver: major number and minors between one disk and the next. */
const drivers: Readonly<Record<string, { readonly major: number; readonly step: number }>> = {
  vd: { major: 254, step: 16 },
  xvd: { major: 202, step: 16 },
  sd: { major: 8, step: 16 },
  fd: { major: 2, step: 1 },
  sr: { major: 11, step: 1 },
};

/**
 * Adds a blank disk.
 *
 * @throws SimulationError `already-exists`, `invalid` (a name whose number is not known).
 */
export function addDisk(machine: Machine, init: DiskInit): DiskDevice {
  const number = init.number ?? usualNumber(init.name);
  const key = keyOf(number);
  if (machine.devices.has(key)) {
    throw new SimulationError('already-exists', init.name, `${init.name} exists already`);
  }
  const sectors = Math.floor(init.sizeBytes / sectorBytes);
  const space = `${machine.name}/${init.name}`;
  machine.spaces.set(space, { id: space, sectors });
  const disk: DiskDevice = {
    kind: 'disk',
    number,
    kernelName: init.name,
    readOnly: false,
    space,
    sectors,
    logicalSectorBytes: init.logicalSectorBytes ?? sectorBytes,
    physicalSectorBytes: init.physicalSectorBytes ?? init.logicalSectorBytes ?? sectorBytes,
    model: init.model ?? 'Virtio Block Device',
    transport: init.transport ?? 'virtblk',
    deviceType: init.deviceType ?? 'disk',
  };
  machine.devices.set(key, disk);
  machine.tableGeneration += 1;
  return disk;
}

const loopMajor = 7;

function usualNumber(name: string): DeviceNumber {
  const match = /^([a-z]+?)([a-z]|\d+)$/.exec(name);
  const driver = match?.[1] === undefined ? undefined : drivers[match[1]];
  const unit = match?.[2];
  if (driver === undefined || unit === undefined) {
    throw new SimulationError('invalid', name, `no usual device number for ${name}`);
  }
  const index = /^\d/.test(unit) ? Number(unit) : unit.charCodeAt(0) - 'a'.charCodeAt(0);
  return { major: driver.major, minor: index * driver.step };
}

/** Adds a loop device; what its file holds is an address space of its own. */
export function addLoop(
  machine: Machine,
  init: { readonly number: number; readonly backingFile: string; readonly sizeBytes: number },
): LoopDevice {
  const kernelName = `loop${init.number}`;
  const sectors = Math.floor(init.sizeBytes / sectorBytes);
  const space = `${machine.name}/${kernelName}`;
  machine.spaces.set(space, { id: space, sectors });
  const device: LoopDevice = {
    kind: 'loop',
    number: { major: loopMajor, minor: init.number },
    kernelName,
    readOnly: false,
    backingFile: init.backingFile,
    space,
    sectors,
  };
  machine.devices.set(keyOf(device.number), device);
  machine.tableGeneration += 1;
  return device;
}

/** Adds the kernel's own device for a partition of a disk: `vda1`. */
export function addKernelPartition(
  machine: Machine,
  disk: DiskDevice,
  partition: { readonly number: number; readonly start: number; readonly sectors: number },
): PartitionDevice {
  // Names that end in a digit (nvme0n1, mmcblk0) take a `p` in between.
  const delimiter = /\d$/.test(disk.kernelName) ? 'p' : '';
  const device: PartitionDevice = {
    kind: 'partition',
    number: { major: disk.number.major, minor: disk.number.minor + partition.number },
    kernelName: `${disk.kernelName}${delimiter}${partition.number}`,
    readOnly: false,
    parent: keyOf(disk.number),
    partitionNumber: partition.number,
    start: partition.start,
    sectors: partition.sectors,
  };
  machine.devices.set(keyOf(device.number), device);
  machine.tableGeneration += 1;
  return device;
}
