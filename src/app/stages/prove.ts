import { type DeviceNode, type MountEntry, together, XenBackupError } from '../../core/index.js';
import type { Host } from '../../ports/index.js';
import type { MountedTree, OpenFileSystem } from './mount-trees.js';
import type { TakenSnapshot } from './open-disks.js';

/** @throws `snapshot-invalid` when one of the snapshots is no longer what the source was. */
export async function proveSnapshots(
  host: Host,
  snapshots: readonly TakenSnapshot[],
): Promise<void> {
  const health = await together(
    snapshots.map(async (snapshot) => ({
      snapshot,
      state: await host.volumes.snapshotHealth(snapshot.volumeGroup, snapshot.name),
    })),
  );
  for (const { snapshot, state } of health) {
    if (state.kind !== 'invalid') continue;
    throw new XenBackupError('snapshot-invalid', {
      message:
        `snapshot ${snapshot.volumeGroup}/${snapshot.name} of ${snapshot.origin} on ${host.name} ` +
        'overflowed and is invalid',
      details: { status: state.status },
    });
  }
}

/**
 * Proves that every file system of a tree is mounted where it was, from the device it was, and
 * that its root is the directory it was.
 *
 * @throws `mount-missing`
 */
export async function proveMounts(host: Host, tree: MountedTree): Promise<void> {
  if (tree.fileSystems.size === 0) return;
  const entries = await host.mounts.list();
  for (const fileSystem of tree.fileSystems.values()) {
    const top = entries.filter((entry) => entry.mountPoint === fileSystem.mountPoint).at(-1);
    if (top === undefined || !isFromDevice(top, fileSystem)) {
      throw new XenBackupError('mount-missing', {
        message: `${fileSystem.node.position} is no longer mounted on ${fileSystem.mountPoint} of ${host.name}`,
        details: { found: top === undefined ? 'nothing' : top.source },
      });
    }
  }
}

/**
 * Proves that devices of ours are still under their names what they were.
 *
 * @throws `guard-refused`
 */
export async function proveDevices(host: Host, devices: readonly DeviceNode[]): Promise<void> {
  if (devices.length === 0) return;
  const maps = await host.deviceMapper.list();
  for (const { position, path, deviceNumber } of devices) {
    const { major, minor } =
      maps.find(({ name }) => `/dev/mapper/${name}` === path)?.deviceNumber ?? nothing;
    if (major === deviceNumber.major && minor === deviceNumber.minor) continue;
    throw new XenBackupError('guard-refused', {
      message: `${path} on ${host.name} is no longer the device that showed ${position}`,
    });
  }
}

const nothing = { major: -1, minor: -1 };

/**
 * Compares device numbers: a path may be spelt in several ways. btrfs reports an anonymous device
 * number, so there the source path is compared: that of any of its devices.
 */
function isFromDevice(entry: MountEntry, { node, devices }: OpenFileSystem): boolean {
  if (node.content.type === 'btrfs') return devices.includes(entry.source);
  const { major, minor } = entry.deviceNumber;
  return major === node.deviceNumber.major && minor === node.deviceNumber.minor;
}
