import type { Inode } from '../filesystem/inode.js';
import { deviceNumberInDecimal } from '../filesystem/mount-table.js';
import { inodeAt, type Location } from '../filesystem/path-walk.js';
import type { Machine } from '../world/state.js';

/** A line of `stat -c FORMAT`, as far as the format is known; the rest stands as it is. */
export function formatStat(machine: Machine, location: Location, format: string): string {
  // Asked for only where the format wants it: device and inode are known of a dead device too.
  const inode = (): Inode => inodeAt(machine, location);
  const values: Readonly<Record<string, () => string>> = {
    a: () => inode().mode.toString(8),
    d: () => deviceNumberInDecimal(location.mount.device),
    g: () => String(inode().gid),
    h: () => String(inode().links),
    i: () => String(location.inode),
    s: () => String(inode().content.sizeBytes),
    u: () => String(inode().uid),
    Y: () => String(inode().modified.seconds),
  };
  return format.replaceAll(/%([a-zA-Z])/g, (whole, letter: string) => values[letter]?.() ?? whole);
}
