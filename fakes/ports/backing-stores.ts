import type { BackingStore } from '../../src/core/model/index.js';
import type { BackingStores } from '../../src/ports/index.js';
import { deviceAt, keyOf, sectorsOf } from '../block/devices.js';
import { attachLoop, imageAt, imageTimes } from '../block/images.js';
import { detachLoop, loopDevices } from '../block/loops.js';
import { sectorBytes } from '../block/types.js';
import { FileContent } from '../filesystem/content.js';
import { exists, makeDirectory, removeFile, writeFile } from '../filesystem/files.js';
import { deviceNumberInDecimal } from '../filesystem/mount-table.js';
import { inodeAt, locate } from '../filesystem/path-walk.js';
import { bindMount } from '../filesystem/special-mounts.js';
import { unmount } from '../filesystem/unmounting.js';
import type { Machine } from '../world/state.js';
import { portError } from './errors.js';
import { holdersOfVolume } from './holders.js';

const runDirectory = '/run/xen-backup/';

/** Image files and plain devices of a simulated machine. */
export function simulatedBackingStores(machine: Machine): BackingStores {
  const loopsOf = (mountPoint: string) =>
    loopDevices(machine).filter(({ backingFile }) => backingFile === mountPoint);
  return {
    inspect: async (path) => inspect(machine, path),
    holders: async (store) => holders(machine, store),
    attach: async ({ file, mountPoint, access }) => {
      if (imageAt(machine, file) === undefined) {
        throw portError(machine, 'command-failed', `${file} is no image`);
      }
      for (const path of parentsOf(mountPoint)) {
        if (!exists(machine, path)) makeDirectory(machine, path, 0o700);
      }
      writeFile(machine, mountPoint, FileContent.empty);
      bindMount(machine, file, mountPoint);
      const { kernelName } = attachLoop(machine, { path: mountPoint, access });
      return { device: `/dev/${kernelName}`, mountPoint };
    },
    detach: async (mountPoint) => {
      for (const loop of loopsOf(mountPoint)) detachLoop(machine, loop);
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

function inspect(machine: Machine, path: string): BackingStore | undefined {
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
  return {
    kind: 'file',
    path,
    sizeBytes: content.sizeBytes - (content.sizeBytes % sectorBytes),
    fileSystem: deviceNumberInDecimal(location.mount.device),
    inode: String(location.inode),
    revision: imageTimes(machine, location.inode) ?? `${modified.seconds}.${modified.nanoseconds}`,
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
    .map(({ kernelName, backingFile }) => `loop device ${kernelName} (on ${backingFile})`);
}
