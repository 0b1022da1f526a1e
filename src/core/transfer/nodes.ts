import type { MountPlan } from '../fstab/index.js';
import type { DeviceNode, FileSystemNode, NodePosition } from '../model/index.js';

/** Where the guest mounts a device. */
export function pathsOf(plan: MountPlan, position: NodePosition): readonly string[] {
  return [...plan.order, ...plan.notMounted]
    .filter((mount) => mount.position === position)
    .flatMap(({ guestPath, otherGuestPaths }) =>
      guestPath === undefined ? [] : [guestPath, ...otherGuestPaths],
    );
}

export function isFileSystem(node: DeviceNode): node is FileSystemNode {
  return node.content.kind === 'file-system';
}
