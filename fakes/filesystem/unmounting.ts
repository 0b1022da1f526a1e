import { loopDevices } from '../block/loops.js';
import type { Machine } from '../world/state.js';
import { KernelError } from './errno.js';
import { MountError } from './mount-error.js';
import { childMounts, mountsOfDevice, sameDevice, topMountAt } from './mount-table.js';
import { accountWrite, fileSystemOf } from './mounted-tree.js';
import { locate } from './path-walk.js';
import type { MountRecord } from './types.js';

/**
 * umount(8) of a mount point, or of a device that is mounted.
 *
 * @throws MountError `not-mounted`; `target-busy` while a process works in it or another mount
 * lies inside; `no-mount-point` when the path does not exist.
 */
export function unmount(machine: Machine, path: string): void {
  const mount = mountNamed(machine, path);
  const used =
    childMounts(machine, mount).length > 0 ||
    usersOf(machine, mount).length > 0 ||
    // A loop device has its file open by the very mount it was found under.
    loopDevices(machine).some(({ backingFile }) => backingFile === mount.mountPoint);
  if (used) throw new MountError('target-busy', path);
  detach(machine, mount);
}

function mountNamed(machine: Machine, path: string): MountRecord {
  const resolved = resolve(machine, path);
  const mount =
    topMountAt(machine, resolved ?? path) ??
    machine.mounts.findLast(({ source, image }) => source === path && image === undefined);
  if (mount !== undefined) return mount;
  throw new MountError(resolved === undefined ? 'no-mount-point' : 'not-mounted', path);
}

function resolve(machine: Machine, path: string): string | undefined {
  try {
    return locate(machine, path).path;
  } catch (error) {
    if (error instanceof KernelError) return undefined;
    throw error;
  }
}

/**
 * `umount -fl`, as dmeventd does to an overflowed snapshot: the tree leaves the name space at
 * once, with all mounts inside. Who works in it keeps it until he leaves.
 */
export function unmountLazily(machine: Machine, mount: MountRecord): void {
  for (const child of childMounts(machine, mount)) unmountLazily(machine, child);
  detach(machine, mount);
}

function detach(machine: Machine, mount: MountRecord): void {
  const index = machine.mounts.indexOf(mount);
  if (index !== -1) machine.mounts.splice(index, 1);
  if (usersOf(machine, mount).length === 0) endUse(machine, mount);
}

/** Gives up what lazily unmounted trees still held, when their last process is gone. */
export function releaseDetachedMounts(machine: Machine): void {
  for (const opening of [...machine.openings]) {
    const { by } = opening;
    if (by.kind !== 'mount') continue;
    const attached = machine.mounts.some((mount) => mount.id === by.mountId);
    const inUse = [...machine.processes.values()].some(({ usedMounts }) =>
      usedMounts.has(by.mountId),
    );
    if (!attached && !inUse) machine.openings.splice(machine.openings.indexOf(opening), 1);
  }
}

/** The last mount of a super block writes it out: journal clean, state in its place. */
function endUse(machine: Machine, mount: MountRecord): void {
  const index = machine.openings.findIndex(
    ({ by }) => by.kind === 'mount' && by.mountId === mount.id,
  );
  if (index !== -1) machine.openings.splice(index, 1);
  const last = mountsOfDevice(machine, mount.device).length === 0;
  if (!last || mount.image !== undefined || mount.superOptions.includes('ro')) return;
  try {
    fileSystemOf(machine, mount).replay();
    accountWrite(machine, mount, 4096);
  } catch (error) {
    // A dead device cannot be written any more: the kernel logs it and unmounts all the same.
    if (!(error instanceof KernelError)) throw error;
  }
}

/** Processes that work in a mount or hold a file in it open. */
export function usersOf(machine: Machine, mount: MountRecord): readonly number[] {
  return [...machine.processes.values()]
    .filter(({ usedMounts }) => usedMounts.has(mount.id))
    .map(({ processId }) => processId);
}

/** Processes that use any mount of a device. */
export function usersOfDevice(
  machine: Machine,
  device: { readonly major: number; readonly minor: number },
): readonly number[] {
  const mounts = machine.mounts.filter((mount) => sameDevice(mount.device, device));
  return [...new Set(mounts.flatMap((mount) => usersOf(machine, mount)))].sort(
    (left, right) => left - right,
  );
}
