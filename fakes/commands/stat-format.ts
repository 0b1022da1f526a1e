import type { Inode } from '../filesystem/inode.js';
import { fileSystemOf } from '../filesystem/mounted-tree.js';
import { deviceNumberInDecimal } from '../filesystem/mount-table.js';
import { inodeAt, type Location } from '../filesystem/path-walk.js';
import type { Machine } from '../world/state.js';

/** A line of `stat -c FORMAT`, as far as the format is known; the rest stands as it is. */
export function formatStat(machine: Machine, location: Location, format: string): string {
  // Asked for only where the format wants it: device and inode are known of a dead device too.
  const inode = (): Inode => inodeAt(machine, location);
  const values: Readonly<Record<string, () => string>> = {
    a: () => inode().mode.toString(8),
    d: () => deviceOf(machine, location),
    g: () => String(inode().gid),
    h: () => String(inode().links),
    i: () => String(subvolumeIndex(machine, location) === undefined ? location.inode : 256),
    s: () => String(inode().content.sizeBytes),
    u: () => String(inode().uid),
    Y: () => String(inode().modified.seconds),
  };
  return format.replaceAll(/%([a-zA-Z])/g, (whole, letter: string) => values[letter]?.() ?? whole);
}

/** Each btrfs subvolume has a device number of its own, and 256 as its root (measured). */
function deviceOf(machine: Machine, location: Location): string {
  const index = subvolumeIndex(machine, location);
  const own = deviceNumberInDecimal(location.mount.device);
  return index === undefined ? own : String(Number(own) + 1 + index);
}

function subvolumeIndex(machine: Machine, { mount, path }: Location): number | undefined {
  if (mount.type !== 'btrfs') return undefined;
  const { superblock } = fileSystemOf(machine, mount);
  const inside = path.slice(mount.mountPoint.length);
  const index = superblock.subvolumes?.indexOf(inside) ?? -1;
  return index === -1 ? undefined : index;
}
