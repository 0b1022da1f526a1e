import { type BackingStore, type ImageFormat, rawImage } from '../../src/core/model/index.js';
import type { AttachRequest, BackingStores } from '../../src/ports/index.js';
import { deviceAt, keyOf, sectorsOf } from '../block/devices.js';
import { attachLoop, imageAt, imageTimes } from '../block/images.js';
import { detachLoop, loopDevices } from '../block/loops.js';
import { connectNbd, disconnectNbd, nbdDevices, nbdNames } from '../block/nbd.js';
import { openCount } from '../block/openings.js';
import type { Qcow2State } from '../block/types.js';
import { sectorBytes } from '../block/types.js';
import { FileContent } from '../filesystem/content.js';
import { exists, makeDirectory, removeFile, writeFile } from '../filesystem/files.js';
import { deviceNumberInDecimal } from '../filesystem/mount-table.js';
import { inodeAt, locate } from '../filesystem/path-walk.js';
import { bindMount } from '../filesystem/special-mounts.js';
import { unmount } from '../filesystem/unmounting.js';
import type { Machine } from '../world/state.js';
import { isSimulationError } from '../world/errors.js';
import { portError } from './errors.js';
import { holdersOfVolume } from './holders.js';

const runDirectory = '/run/xen-backup/';

/** Image files and plain devices of a simulated machine. */
export function simulatedBackingStores(machine: Machine): BackingStores {
  const loopsOf = (mountPoint: string) =>
    loopDevices(machine).filter(({ backingFile }) => backingFile === mountPoint);
  return {
    inspect: async (path, image = rawImage) => inspect(machine, path, image),
    holders: async (store) => holders(machine, store),
    attach: async (request) => {
      const { file, mountPoint } = request;
      if (imageAt(machine, file) === undefined) {
        throw portError(machine, 'command-failed', `${file} is no image`);
      }
      for (const path of parentsOf(mountPoint)) {
        if (!exists(machine, path)) makeDirectory(machine, path, 0o700);
      }
      writeFile(machine, mountPoint, FileContent.empty);
      bindMount(machine, file, mountPoint);
      return { device: `/dev/${attach(machine, request)}`, mountPoint };
    },
    detach: async (mountPoint) => {
      for (const loop of loopsOf(mountPoint)) {
        if (loop.server === undefined) detachLoop(machine, loop);
        else if (openCount(machine, keyOf(loop.number)) === 0) disconnectNbd(machine, loop);
      }
      const [busy] = loopsOf(mountPoint);
      if (busy !== undefined) throw portError(machine, 'volume-busy', `${busy.kernelName} is busy`);
      if (machine.mounts.some((mount) => mount.mountPoint === mountPoint)) {
        unmount(machine, mountPoint);
      }
      if (exists(machine, mountPoint)) removeFile(machine, mountPoint);
    },
    attached: async () =>
      loopDevices(machine)
        .filter(({ backingFile }) => backingFile.startsWith(runDirectory))
        .map(({ kernelName, backingFile }) => ({
          device: `/dev/${kernelName}`,
          mountPoint: backingFile,
        })),
    flushFile: async () => undefined,
  };
}

function parentsOf(path: string): readonly string[] {
  const parts = path.split('/').slice(1, -1);
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
}

function attach(machine: Machine, { image, mountPoint: path, access }: AttachRequest): string {
  if (image.kind === 'raw') {
    return attachLoop(machine, { path, access, sectorBytes: image.sectorBytes }).kernelName;
  }
  const used = new Set(nbdDevices(machine).map(({ kernelName }) => kernelName));
  const name = nbdNames(machine).find((candidate) => !used.has(candidate));
  if (name === undefined) throw portError(machine, 'disk-unsupported', 'no device is free');
  try {
    return connectNbd(machine, { name, path, access, socket: `${path}.socket` }).kernelName;
  } catch (error) {
    if (!isSimulationError(error, 'busy')) throw error;
    throw portError(machine, 'volume-busy', `${path} is open elsewhere`);
  }
}

/** Anything an image says of itself is a reason not to open it. */
function qcow2Bytes(machine: Machine, path: string): number {
  const image = imageAt(machine, path);
  const { devices, maxPartitions } = machine.networkBlockDevices;
  const isShown = devices > 0 && maxPartitions === 0;
  if (!isShown || image?.qcow2 === undefined || saysSomething(image.qcow2)) {
    throw portError(machine, 'disk-unsupported', `${path} cannot be opened as qcow2`);
  }
  return image.sectors * sectorBytes;
}

function saysSomething(state: Qcow2State): boolean {
  return Object.values(state).some((value) => value !== false);
}

function inspect(machine: Machine, path: string, image: ImageFormat): BackingStore | undefined {
  const device = deviceAt(machine, path);
  if (device !== undefined) {
    const revision = String(machine.sectorsWritten.get(keyOf(device.number)) ?? 0);
    const sizeBytes = sectorsOf(device) * sectorBytes;
    return { kind: 'device', path, deviceNumber: device.number, sizeBytes, revision };
  }
  if (!exists(machine, path)) return undefined;
  const location = locate(machine, path);
  const { kind, content, modified } = inodeAt(machine, location);
  if (kind !== 'f') throw portError(machine, 'disk-unsupported', `${path} is no file`);
  const bytes = image.kind === 'raw' ? content.sizeBytes : qcow2Bytes(machine, path);
  const unit = image.kind === 'raw' ? image.sectorBytes : sectorBytes;
  const revision =
    imageTimes(machine, location.inode) ?? `${modified.seconds}.${modified.nanoseconds}`;
  return {
    kind: 'file',
    path,
    image,
    sizeBytes: bytes - (bytes % unit),
    fileSystem: deviceNumberInDecimal(location.mount.device),
    inode: String(location.inode),
    revision,
    lastWrite: revision,
  };
}

function holders(machine: Machine, store: BackingStore): readonly string[] {
  if (store.kind === 'device') {
    const { words } = holdersOfVolume(machine, store.path);
    return words.filter((word) => !word.startsWith('no process'));
  }
  const space = machine.images.get(Number(store.inode))?.space;
  return loopDevices(machine)
    .filter((loop) => loop.space === space)
    .map(({ kernelName, backingFile, server }) =>
      server === undefined
        ? `loop device ${kernelName} (on ${backingFile})`
        : `qemu-nbd (pid ${server.processId}, has ${backingFile} open)`,
    );
}
