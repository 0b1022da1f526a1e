import { readTextIfAny } from '../filesystem/files.js';
import type { AttributeChange } from '../filesystem/file-tree.js';
import type { Inode, Timestamp } from '../filesystem/inode.js';
import type { Machine } from '../world/state.js';
import type { RsyncOptions } from './options.js';

/** Owner numbers as the target is to have them. */
export interface OwnerMap {
  uid(number: number): number;
  gid(number: number): number;
}

/** With `--numeric-ids` numbers stay; without, names decide, as each host knows them. */
export function ownerMap(source: Machine, target: Machine, options: RsyncOptions): OwnerMap {
  if (options.numericIds) return { uid: (number) => number, gid: (number) => number };
  const mapping = (file: string): ((number: number) => number) => {
    const names = new Map(entriesOf(source, file).map(({ name, number }) => [number, name]));
    const numbers = new Map(entriesOf(target, file).map(({ name, number }) => [name, number]));
    return (number) => {
      const name = names.get(number);
      return (name === undefined ? undefined : numbers.get(name)) ?? number;
    };
  };
  return { uid: mapping('/etc/passwd'), gid: mapping('/etc/group') };
}

function entriesOf(
  machine: Machine,
  path: string,
): readonly { readonly name: string; readonly number: number }[] {
  return (readTextIfAny(machine, path) ?? '').split('\n').flatMap((line) => {
    const [name = '', , number = ''] = line.split(':');
    return /^\d+$/.test(number) ? [{ name, number: Number(number) }] : [];
  });
}

/** What of a source entry's attributes the copy carries. */
export function carriedAttributes(
  inode: Inode,
  options: RsyncOptions,
  owners: OwnerMap,
): AttributeChange {
  return {
    ...(options.perms ? { mode: inode.mode } : {}),
    ...(options.owner ? { uid: owners.uid(inode.uid) } : {}),
    ...(options.group ? { gid: owners.gid(inode.gid) } : {}),
    ...(options.times ? { modified: inode.modified } : {}),
    ...(options.acls || options.xattrs ? { xattrs: carriedXattrs(inode, options) } : {}),
  };
}

function carriedXattrs(inode: Inode, options: RsyncOptions): Readonly<Record<string, string>> {
  const isAcl = (name: string): boolean => name.startsWith('system.posix_acl_');
  const carried = Object.entries(inode.xattrs).filter(([name]) =>
    isAcl(name) ? options.acls : options.xattrs && !name.startsWith('system.'),
  );
  return Object.fromEntries(carried);
}

/** The part of the wanted attributes in which an existing entry differs. */
export function differingAttributes(
  existing: Inode,
  wanted: AttributeChange,
  options: RsyncOptions,
): AttributeChange {
  const { mode, uid, gid, modified, xattrs } = wanted;
  const kept = xattrs === undefined ? undefined : mergedXattrs(existing, xattrs, options);
  return {
    ...(mode === undefined || mode === existing.mode || existing.kind === 'l' ? {} : { mode }),
    ...(uid === undefined || uid === existing.uid ? {} : { uid }),
    ...(gid === undefined || gid === existing.gid ? {} : { gid }),
    ...(modified === undefined || sameTime(modified, existing.modified, options)
      ? {}
      : { modified }),
    ...(kept === undefined || sameXattrs(kept, existing.xattrs) ? {} : { xattrs: kept }),
  };
}

/** Attributes of kinds that the copy does not carry stay as they are on the target. */
function mergedXattrs(
  existing: Inode,
  wanted: Readonly<Record<string, string>>,
  options: RsyncOptions,
): Readonly<Record<string, string>> {
  const foreign = Object.entries(existing.xattrs).filter(([name]) =>
    name.startsWith('system.posix_acl_') ? !options.acls : !options.xattrs,
  );
  return { ...Object.fromEntries(foreign), ...wanted };
}

function sameXattrs(
  left: Readonly<Record<string, string>>,
  right: Readonly<Record<string, string>>,
): boolean {
  const sorted = (record: Readonly<Record<string, string>>): string =>
    JSON.stringify(Object.entries(record).sort());
  return sorted(left) === sorted(right);
}

/** rsync's comparison of times under `--modify-window`. */
export function sameTime(left: Timestamp, right: Timestamp, options: RsyncOptions): boolean {
  const { modifyWindow } = options;
  if (modifyWindow < 0) {
    return left.seconds === right.seconds && left.nanoseconds === right.nanoseconds;
  }
  return Math.abs(left.seconds - right.seconds) <= modifyWindow;
}
