import { writeFile, exists, removeFile } from '../filesystem/files.js';
import { FileContent } from '../filesystem/content.js';
import { SimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import { imageAt } from './images.js';
import { loopDevices } from './loops.js';
import { keyOf } from './devices.js';
import { openCount } from './openings.js';
import type { LoopDevice } from './types.js';

const nbdMajor = 43;

/** What a qemu-nbd is started with. */
export interface ServeInit {
  /** `nbd0`. */
  readonly name: string;
  readonly path: string;
  readonly access: 'read-only' | 'read-write';
  readonly socket: string;
}

/** Network block devices that are connected. */
export function nbdDevices(machine: Machine): readonly LoopDevice[] {
  return loopDevices(machine).filter(({ server }) => server !== undefined);
}

/** Names of all network block devices of the machine, in the order of /sys/block/nbd*. */
export function nbdNames(machine: Machine): readonly string[] {
  const { devices } = machine.networkBlockDevices;
  return Array.from({ length: devices }, (_, index) => `nbd${String(index)}`).sort();
}

/**
 * Serves a qcow2 image as a network block device.
 *
 * @throws SimulationError `not-found` without such a device; `already-exists` for a device somebody has;
 * `invalid` for what is no qcow2 image; `busy` where another QEMU has the image open.
 */
export function connectNbd(machine: Machine, init: ServeInit): LoopDevice {
  const { name, path, access, socket } = init;
  const image = imageAt(machine, path);
  if (image?.qcow2 === undefined) throw new SimulationError('invalid', path, 'no qcow2 image');
  if (isLocked(machine, image.space, access)) {
    throw new SimulationError('busy', path, 'another QEMU has it open');
  }
  if (!nbdNames(machine).includes(name)) throw new SimulationError('not-found', name, 'no device');
  const number = { major: nbdMajor, minor: Number(name.slice('nbd'.length)) };
  if (machine.devices.has(keyOf(number)))
    throw new SimulationError('already-exists', name, 'connected');
  writeFile(machine, socket, FileContent.empty);
  const device: LoopDevice = {
    kind: 'loop',
    number,
    kernelName: name,
    readOnly: access === 'read-only',
    backingFile: image.path,
    space: image.space,
    sectors: image.sectors,
    server: { processId: 2000 + machine.world.identifiers.next(`process ${machine.name}`), socket },
  };
  machine.devices.set(keyOf(number), device);
  machine.tableGeneration += 1;
  return device;
}

/** QEMU locks images against each other: several may read, one alone may write. */
function isLocked(machine: Machine, space: string, access: ServeInit['access']): boolean {
  const others = loopDevices(machine).filter(
    (device) => device.space === space && (device.server ?? device.owner) !== undefined,
  );
  return others.some(({ readOnly }) => access === 'read-write' || !readOnly);
}

/** Lets a device go, whoever uses it: what lies on it is cut off. */
export function disconnectNbd(machine: Machine, device: LoopDevice): void {
  const key = keyOf(device.number);
  if (openCount(machine, key) > 0) {
    machine.world.violations.push(`${machine.name}: ${device.kernelName} was let go while in use`);
  }
  machine.devices.delete(key);
  machine.tableGeneration += 1;
  const socket = device.server?.socket;
  if (socket !== undefined && exists(machine, socket)) removeFile(machine, socket);
}
