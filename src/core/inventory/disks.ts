import {
  type DiskDefinition,
  type DomainDefinition,
  type HostName,
  type ImageFormat,
  rawImage,
} from '../model/index.js';
import type { Conflict } from '../discovery/index.js';

/** A disk of the guest with the path that carries it on one host. */
export interface GuestDisk {
  readonly target: string;
  readonly path: string;
  /** How it stands there, if it is a file. */
  readonly image: ImageFormat;
}

export type DiskSelection =
  | { readonly kind: 'disks'; readonly disks: readonly GuestDisk[] }
  | { readonly kind: 'conflict'; readonly conflict: Conflict };

/** The disks of a guest that are replicated: everything but removable media. */
export function selectDisks(definition: DomainDefinition): DiskSelection {
  const disks: GuestDisk[] = [];
  for (const disk of definition.disks) {
    if (disk.device === 'cdrom' || disk.device === 'floppy') continue;
    const conflict = refuseDisk(disk);
    if (conflict !== undefined) return { kind: 'conflict', conflict };
    const path = pathOf(disk);
    if (path !== undefined) disks.push({ target: disk.target, path, image: imageOf(disk) });
  }
  if (disks.length > 0) return { kind: 'disks', disks };
  const message = `domain ${definition.name} has no disk that could be replicated`;
  return {
    kind: 'conflict',
    conflict: unsupportedDisk(definition.name, message, 'Look at virsh domblklist.'),
  };
}

/** What lies there, a device or an image file, is seen on the host. */
function pathOf({ source }: DiskDefinition): string | undefined {
  return source.kind === 'block' || source.kind === 'file' ? source.path : undefined;
}

function imageOf({ driverType, logicalSectorBytes }: DiskDefinition): ImageFormat {
  if (driverType === 'qcow2') return { kind: 'qcow2' };
  return logicalSectorBytes === 4096 ? { kind: 'raw', sectorBytes: 4096 } : rawImage;
}

/** Formats under which the device bears the guest's disk as it is. */
const plainFormats = ['raw', 'aio', 'phy'];

function refuseDisk(disk: DiskDefinition): Conflict | undefined {
  const { source, target } = disk;
  if (disk.shareable) {
    return unsupportedDisk(
      target,
      `disk ${target} is shared with other guests`,
      'A shared disk has no consistent copy; leave the guest out, or detach the disk.',
    );
  }
  const format = disk.driverType;
  if (source.kind === 'block' || source.kind === 'file') {
    const isQcow2 = format === 'qcow2' && source.kind === 'file';
    if (format === undefined || plainFormats.includes(format) || isQcow2) {
      return source.kind === 'file'
        ? refuseSectors(disk, isQcow2 ? [512] : [512, 4096])
        : undefined;
    }
    return unsupportedDisk(
      target,
      `disk ${target} is an image of the format ${format} on ${source.path}`,
      'Only plain disks, and qcow2 images in files, can be opened; convert the image with qemu-img ' +
        '(package qemu-utils), on all hosts.',
    );
  }
  const carrier = source.kind === 'other' ? source.description : 'nothing at all';
  return unsupportedDisk(
    target,
    `disk ${target} is carried by ${carrier}`,
    'Only logical volumes, block devices and raw image files can be opened; move the disk to one.',
  );
}

/** The host must show sectors as the guest sees them: its tables count in them. */
function refuseSectors(
  { target, logicalSectorBytes = 512 }: DiskDefinition,
  shown: readonly number[],
): Conflict | undefined {
  if (shown.includes(logicalSectorBytes)) return undefined;
  return unsupportedDisk(
    target,
    `disk ${target} has sectors of ${String(logicalSectorBytes)} bytes; its image can be shown with ` +
      `${shown.map(String).join(' or ')} only`,
    'Convert the image to a raw one with qemu-img (for sectors of 4096 bytes), or leave the guest out.',
  );
}

function unsupportedDisk(position: string, message: string, remedy: string): Conflict {
  return { kind: 'disk-unsupported', position, message, remedy };
}

/**
 * The same disks on another host: where the guest is defined there, its definition says which
 * volumes carry them; where it is not, the volumes have the same paths.
 */
export function disksOnTarget(
  disks: readonly GuestDisk[],
  definition: DomainDefinition | undefined,
  host: HostName,
): DiskSelection {
  if (definition === undefined) return { kind: 'disks', disks };
  const found: GuestDisk[] = [];
  for (const { target } of disks) {
    const partner = definition.disks.find((disk) => disk.target === target);
    const path = partner === undefined ? undefined : pathOf(partner);
    if (partner === undefined || path === undefined) {
      return {
        kind: 'conflict',
        conflict: {
          kind: 'layout-drift',
          position: target,
          message: `the definition on ${host} has no disk ${target} on a block device or in a file`,
          remedy: `Bring the definition of ${definition.name} on ${host} in line with the source.`,
        },
      };
    }
    const refused = refuseDisk(partner);
    if (refused !== undefined) return { kind: 'conflict', conflict: refused };
    found.push({ target, path, image: imageOf(partner) });
  }
  return { kind: 'disks', disks: found };
}
