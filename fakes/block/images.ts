import { KernelError } from '../filesystem/errno.js';
import { FileContent } from '../filesystem/content.js';
import { timestampFromMs } from '../filesystem/inode.js';
import { inodeAt, locate, rootLocation, treeAt } from '../filesystem/path-walk.js';
import { makeDirectories, placeAt } from '../filesystem/tree-paths.js';
import { SimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import { deviceAt, keyOf } from './devices.js';
import { detachLoop } from './loops.js';
import {
  type BlockDevice,
  type ImageFile,
  type LoopDevice,
  type Qcow2State,
  sectorBytes,
} from './types.js';

const loopMajor = 7;

/** What a blank qcow2 image takes of its file system. */
const blankQcow2Bytes = 196_616;

/** What an image is besides its size. Default: raw, in sectors of 512 bytes. */
export interface ImageInit {
  readonly qcow2?: Qcow2State;
  readonly sectorBytes?: 512 | 4096;
}

/** Makes an image file, sparse and blank. */
export function addImage(
  machine: Machine,
  path: string,
  sizeBytes: number,
  { qcow2, sectorBytes: unit }: ImageInit = {},
): ImageFile {
  const root = rootLocation(machine);
  const tree = treeAt(machine, root);
  const at = timestampFromMs(machine.world.clock.now());
  const fileBytes = qcow2 === undefined ? sizeBytes : blankQcow2Bytes;
  const content = FileContent.fromPattern('\0', fileBytes);
  makeDirectories(tree, path.slice(0, path.lastIndexOf('/')), at);
  placeAt(tree, path, { kind: 'f', content, allocatedBytes: 0, mode: 0o600 }, at);
  const space = `${machine.name}/file${path}`;
  const sectors = Math.floor(sizeBytes / sectorBytes);
  const image: ImageFile = {
    ...{ space, path, sectors, writes: 0 },
    ...(qcow2 === undefined ? {} : { qcow2 }),
    ...(unit === 4096 ? { sectorBytes: unit } : {}),
  };
  machine.spaces.set(space, { id: space, sectors: image.sectors });
  machine.images.set(locate(machine, path).inode, image);
  return image;
}

/** The image at a path, whatever name it has there; `undefined` when it is none. */
export function imageAt(
  machine: Machine,
  path: string,
): (ImageFile & { readonly inode: number; readonly path: string }) | undefined {
  try {
    const location = locate(machine, path);
    const onRoot = location.mount.image === rootLocation(machine).mount.image;
    const image = onRoot ? machine.images.get(location.inode) : undefined;
    return image === undefined
      ? undefined
      : { ...image, inode: location.inode, path: location.path };
  } catch (error) {
    if (error instanceof KernelError) return undefined;
    throw error;
  }
}

/** What a loop device is made with. */
export interface LoopInit {
  readonly path: string;
  readonly access: 'read-only' | 'read-write';
  /** The domain whose start made it. */
  readonly owner?: string;
  /** Default: 512. */
  readonly sectorBytes?: 512 | 4096;
}

/**
 * Makes a loop device, the first that is free.
 *
 * @throws KernelError; SimulationError `not-supported` for a file that is no image.
 */
export function attachLoop(machine: Machine, init: LoopInit): LoopDevice {
  const { path, access, owner } = init;
  const location = locate(machine, path);
  if (inodeAt(machine, location).kind === 'd') throw new KernelError('EISDIR', path);
  const image = imageAt(machine, path);
  if (image === undefined) throw new SimulationError('not-supported', path, 'no disk image');
  let minor = 0;
  while (machine.devices.has(`${loopMajor}:${minor}`)) minor += 1;
  const device: LoopDevice = {
    kind: 'loop',
    number: { major: loopMajor, minor },
    kernelName: `loop${minor}`,
    readOnly: access === 'read-only',
    backingFile: image.path,
    space: image.space,
    sectors: image.sectors,
    ...(owner === undefined ? {} : { owner }),
    ...(init.sectorBytes === 4096 ? { logicalSectorBytes: 4096 } : {}),
  };
  machine.devices.set(keyOf(device.number), device);
  machine.tableGeneration += 1;
  return device;
}

/** Text that changes with every write to an image: its times are as exact as the kernel's. */
export function imageTimes(machine: Machine, inode: number): string | undefined {
  const image = machine.images.get(inode);
  return image === undefined ? undefined : `${1_238_742_000 + image.writes}.000000000`;
}

/** Opens what lies at a path as a block device, for as long as that takes: a device, or an image. */
export function withDeviceAt<T>(
  machine: Machine,
  path: string,
  work: (device: BlockDevice | undefined) => T,
): T {
  const device = deviceAt(machine, path);
  if (device !== undefined || imageAt(machine, path) === undefined) return work(device);
  const loop = attachLoop(machine, { path, access: 'read-only' });
  try {
    return work(loop);
  } finally {
    detachLoop(machine, loop);
  }
}
