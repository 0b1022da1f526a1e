import { XenBackupError } from '../../src/core/errors/index.js';
import type { Mounter } from '../../src/ports/index.js';
import { keyOf } from '../block/devices.js';
import { KernelError } from '../filesystem/errno.js';
import { makeDirectory } from '../filesystem/files.js';
import { MountError } from '../filesystem/mount-error.js';
import { childMounts, deviceNumberInDecimal, topMountAt } from '../filesystem/mount-table.js';
import { mountDevice } from '../filesystem/mounting.js';
import { locate } from '../filesystem/path-walk.js';
import { mountTmpfs, remountReadOnly } from '../filesystem/special-mounts.js';
import { unmount, usersOf } from '../filesystem/unmounting.js';
import type { Machine } from '../world/state.js';
import { portError } from './errors.js';
import { holdersOf, waitUntil } from './holders.js';

/** Mounts of a simulated machine. */
export function simulatedMounter(machine: Machine): Mounter {
  return {
    list: async () =>
      machine.mounts.map((mount) => ({
        mountPoint: mount.mountPoint,
        source: mount.source,
        type: mount.type,
        options: [...mount.options, ...mount.superOptions],
        deviceNumber: mount.device,
        root: mount.root,
      })),
    mount: async ({ device, mountPoint, fileSystemType, options }) => {
      const request = { device, mountPoint, type: fileSystemType, options };
      const { warning } = orMountFailed(machine, () => mountDevice(machine, request));
      if (warning === undefined) return;
      unmount(machine, mountPoint);
      throw portError(machine, 'mount-failed', `${device} is write-protected`);
    },
    mountTemporary: async (mountPoint, sizeBytes) => {
      const options = [`size=${sizeBytes}`, 'mode=700', 'nosuid', 'nodev', 'noexec'];
      orMountFailed(machine, () =>
        mountTmpfs(machine, { source: 'xen-backup', mountPoint, options }),
      );
    },
    makeMountPoints: async (paths) => {
      for (const path of paths) {
        orCommandFailed(machine, () => {
          makeDirectory(machine, path, 0o700);
        });
      }
    },
    makeReadOnly: async (mountPoint) => {
      orMountFailed(machine, () => remountReadOnly(machine, mountPoint));
    },
    unmount: (mountPoint) => unmountWhenFree(machine, mountPoint),
    rootIdentity: async (mountPoint) => {
      try {
        const { mount, inode } = locate(machine, mountPoint, 'keep');
        return { device: deviceNumberInDecimal(mount.device), inode: String(inode) };
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
        throw portError(machine, 'mount-missing', `${mountPoint}: ${error.message}`);
      }
    },
  };
}

async function unmountWhenFree(machine: Machine, mountPoint: string): Promise<void> {
  const attempt = (): 'done' | 'busy' => {
    try {
      unmount(machine, mountPoint);
      return 'done';
    } catch (error) {
      if (!(error instanceof MountError)) throw error;
      return error.kind === 'target-busy' ? 'busy' : 'done';
    }
  };
  if (await waitUntil(machine, () => attempt() === 'done')) return;
  throw portError(machine, 'mount-busy', `${mountPoint} is in use`, {
    holders: holdersOfMount(machine, mountPoint),
  });
}

function holdersOfMount(machine: Machine, mountPoint: string): readonly string[] {
  const mount = topMountAt(machine, mountPoint);
  if (mount === undefined) return ['nobody any more'];
  const inside = childMounts(machine, mount).map((child) => `mount ${child.mountPoint}`);
  const users = usersOf(machine, mount).map((id) => {
    const process = machine.processes.get(id);
    return `${process?.name ?? 'process'} (pid ${id}, works in ${process?.workingDirectory ?? '/'})`;
  });
  const found = [...inside, ...users];
  return found.length > 0 ? found : holdersOf(machine, keyOf(mount.device));
}

function orMountFailed<T>(machine: Machine, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof MountError) && !(error instanceof KernelError)) throw error;
    throw portError(machine, 'mount-failed', `mount: ${error.message}`);
  }
}

function orCommandFailed<T>(machine: Machine, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    throw new XenBackupError('command-failed', {
      message: `mkdir on ${machine.name}: ${error.message}`,
      cause: error,
    });
  }
}
