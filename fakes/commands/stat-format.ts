import type { Inode } from '../filesystem/inode.js';
import { fileSystemOf } from '../filesystem/mounted-tree.js';
import { deviceNumberInDecimal } from '../filesystem/mount-table.js';
import { inodeAt, type Location } from '../filesystem/path-walk.js';
import { imageTimes } from '../block/images.js';
import type { BlockDevice } from '../block/types.js';
import type { Machine } from '../world/state.js';

/** A line of `stat -c FORMAT`, as far as the format is known; the rest stands as it is. */
export function formatStat(machine: Machine, location: Location, format: string): string {
  // Asked for only where the format wants it: device and inode are known of a dead device too.
  const inode = (): Inode => inodeAt(machine, location);
  const modified = (): string => imageTimes(machine, location.inode) ?? exactTime(inode().modified);
  const values: Readonly<Record<string, () => string>> = {
    a: () => inode().mode.toString(8),
    d: () => deviceOf(machine, location),
    g: () => String(inode().gid),
    h: () => String(inode().links),
    i: () => String(subvolumeIndex(machine, location) === undefined ? location.inode : 256),
    s: () => String(inode().content.sizeBytes),
    u: () => String(inode().uid),
    Y: () => String(inode().modified.seconds),
    F: () => kindWords(inode()),
    t: () => '0',
    T: () => '0',
    '.9Y': modified,
    // The times of attributes are not kept: no test of ours changes one without the other.
    '.9Z': modified,
  };
  return fillIn(format, values);
}

/** The same of a device node: its times are those of the node, which nobody writes to. */
export function formatDeviceStat({ number }: BlockDevice, format: string): string {
  return fillIn(format, {
    d: () => '6',
    i: () => String(1000 + number.minor),
    s: () => '0',
    F: () => 'block special file',
    t: () => number.major.toString(16),
    T: () => number.minor.toString(16),
    '.9Y': () => '1238742000.000000000',
    '.9Z': () => '1238742000.000000000',
  });
}

function fillIn(format: string, values: Readonly<Record<string, () => string>>): string {
  return format.replaceAll(
    /%((?:\.9)?[a-zA-Z])/g,
    (whole, letter: string) => values[letter]?.() ?? whole,
  );
}

function kindWords({ kind, content }: Inode): string {
  if (kind === 'd') return 'directory';
  if (kind !== 'f') return 'character special file';
  return content.sizeBytes === 0 ? 'regular empty file' : 'regular file';
}

function exactTime({ seconds, nanoseconds }: Inode['modified']): string {
  return `${seconds}.${String(nanoseconds).padStart(9, '0')}`;
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
