import { keyOf } from '../block/devices.js';
import type { Machine } from '../world/state.js';
import { exists } from './files.js';
import { SimulatedFileSystem } from './file-system.js';
import { timestampFromMs } from './inode.js';
import { MountError } from './mount-error.js';
import { parseMountOptions } from './mount-options.js';
import { anonymousDevice, mountsOfDevice, nextMountId, topMountAt } from './mount-table.js';
import { fileSystemOf } from './mounted-tree.js';
import { mountTarget } from './mounting.js';
import { inodeAt, locate } from './path-walk.js';
import type { MountRecord } from './types.js';

export interface TmpfsRequest {
  /** mountinfo shows this word. */
  readonly source: string;
  readonly mountPoint: string;
  readonly options: readonly string[];
}

/** Half of this host's memory, when no size is given. */
const defaultTmpfsBytes = 512 * 2 ** 20;

/** Mounts a file system that lives in memory. @throws MountError */
export function mountTmpfs(machine: Machine, request: TmpfsRequest): MountRecord {
  const target = mountTarget(machine, request.mountPoint);
  const options = parseMountOptions(request.options);
  const sizeBytes = tmpfsSize(options.perSuperblock);
  const image = SimulatedFileSystem.make({
    type: 'tmpfs',
    sizeBytes,
    madeAt: timestampFromMs(machine.world.clock.now()),
  });
  const mode = options.perSuperblock.find((word) => word.startsWith('mode='))?.slice(5);
  const bits = mode === undefined ? 0o1777 : Number.parseInt(mode, 8);
  image.tree.setAttributes(image.tree.root, { mode: bits });
  const mount: MountRecord = {
    id: nextMountId(machine),
    parentId: target.mount.id,
    mountPoint: target.path,
    source: request.source,
    type: 'tmpfs',
    options: [options.access, ...options.perMount],
    superOptions: [
      options.access,
      ...options.perSuperblock.map((word) =>
        word.startsWith('size=') ? `size=${Math.ceil(sizeBytes / 1024)}k` : word,
      ),
    ],
    device: anonymousDevice(machine),
    root: '/',
    image,
  };
  machine.mounts.push(mount);
  return mount;
}

function tmpfsSize(options: readonly string[]): number {
  const text = options.find((word) => word.startsWith('size='))?.slice('size='.length);
  if (text === undefined) return defaultTmpfsBytes;
  const match = /^(\d+)([kmg]?)$/i.exec(text);
  if (match === null) throw new MountError('wrong', 'tmpfs');
  const [, digits = '', unit = ''] = match;
  const power = ['', 'k', 'm', 'g'].indexOf(unit.toLowerCase());
  // Whole pages, as the kernel rounds.
  return Math.ceil((Number(digits) * 1024 ** power) / 4096) * 4096;
}

/** Shows a directory at another place too. @throws MountError */
export function bindMount(machine: Machine, from: string, mountPoint: string): MountRecord {
  if (!exists(machine, from)) throw new MountError('no-device', from);
  const source = locate(machine, from);
  const isFile = inodeAt(machine, source).kind === 'f';
  const target = isFile ? locate(machine, mountPoint) : mountTarget(machine, mountPoint);
  const inside = source.path.slice(source.mount.mountPoint.length).replace(/^\//, '');
  const root = source.mount.root === '/' ? `/${inside}` : `${source.mount.root}/${inside}`;
  const mount: MountRecord = {
    ...source.mount,
    id: nextMountId(machine),
    parentId: target.mount.id,
    mountPoint: target.path,
    root: root.length > 1 ? root.replace(/\/$/, '') : root,
  };
  machine.mounts.push(mount);
  if (mount.image === undefined) {
    const by = { kind: 'mount', mountId: mount.id } as const;
    machine.openings.push({ device: keyOf(mount.device), by });
  }
  return mount;
}

/**
 * `mount -o remount,ro`: the super block of the topmost mount becomes read-only, and with it
 * everything that shows it.
 *
 * @throws MountError `not-mounted`.
 */
export function remountReadOnly(machine: Machine, mountPoint: string): MountRecord {
  const target = mountTarget(machine, mountPoint);
  const mount = topMountAt(machine, target.path);
  if (mount === undefined) throw new MountError('not-mounted', mountPoint);
  const readOnly = (options: readonly string[]): readonly string[] =>
    options.map((option) => (option === 'rw' ? 'ro' : option));
  mount.options = readOnly(mount.options);
  for (const other of mountsOfDevice(machine, mount.device)) {
    other.superOptions = readOnly(other.superOptions);
  }
  if (mount.image === undefined) fileSystemOf(machine, mount).replay();
  return mount;
}
