import type { SimulatedFileSystem } from './file-system.js';
import { MountError } from './mount-error.js';

/** Options of a mount, told apart as the kernel tells them. */
export interface ParsedMountOptions {
  readonly access: 'ro' | 'rw';
  /** In the order in which mountinfo prints them, without the access. */
  readonly perMount: readonly string[];
  /** Options of the file system itself, as it prints them. */
  readonly perSuperblock: readonly string[];
  readonly skipsReplay: boolean;
  /** btrfs: path of the subvolume. */
  readonly subvolume?: string;
  /** btrfs: paths of the other devices. */
  readonly devices: readonly string[];
}

const perMountOrder = ['nosuid', 'nodev', 'noexec', 'noatime', 'nodiratime', 'relatime'];
/** Flags that change nothing here and are not printed. */
const silent = ['defaults', 'suid', 'dev', 'exec', 'async', 'auto', 'noauto', 'nouser', 'loud'];

const skipReplay = ['noload', 'norecovery', 'nologreplay', 'rescue=nologreplay'];

/** Options that each type understands besides those of mount(8) itself; `x=*` takes any value. */
const known: Readonly<Record<string, readonly string[]>> = {
  ext2: ['errors=*', 'acl', 'user_xattr'],
  ext3: ['noload', 'norecovery', 'errors=*', 'data=*', 'barrier=*', 'acl', 'user_xattr'],
  ext4: [
    'noload',
    'norecovery',
    'errors=*',
    'data=*',
    'barrier=*',
    'acl',
    'user_xattr',
    'commit=*',
  ],
  xfs: ['nouuid', 'norecovery', 'inode64', 'noquota', 'allocsize=*'],
  btrfs: [
    'subvol=*',
    'subvolid=*',
    'nologreplay',
    'rescue=*',
    'compress=*',
    'degraded',
    'norecovery',
    'device=*',
  ],
  vfat: ['umask=*', 'uid=*', 'gid=*', 'shortname=*', 'utf8', 'utf8=*', 'iocharset=*', 'codepage=*'],
  tmpfs: ['size=*', 'mode=*', 'nr_inodes=*', 'uid=*', 'gid=*'],
};

const deviceOption = 'device=';

export function parseMountOptions(options: readonly string[]): ParsedMountOptions {
  const words = options.filter((option) => !silent.includes(option));
  const access = words.findLast((word) => word === 'ro' || word === 'rw') === 'ro' ? 'ro' : 'rw';
  const flags = new Set(words.filter((word) => perMountOrder.includes(word)));
  if (!flags.has('noatime')) flags.add('relatime');
  const own = words.filter(
    (word) => word !== 'ro' && word !== 'rw' && word !== 'remount' && !perMountOrder.includes(word),
  );
  const subvolume = own.find((word) => word.startsWith('subvol='))?.slice('subvol='.length);
  return {
    access,
    perMount: perMountOrder.filter((word) => flags.has(word)),
    // btrfs does not print its devices there.
    perSuperblock: own
      .filter((word) => !word.startsWith(deviceOption))
      .map((word) => (word === 'noload' ? 'norecovery' : word)),
    devices: own
      .filter((word) => word.startsWith(deviceOption))
      .map((word) => word.slice(deviceOption.length)),
    skipsReplay: own.some((word) => skipReplay.includes(word)),
    ...(subvolume === undefined ? {} : { subvolume: `/${subvolume.replace(/^\/+/, '')}` }),
  };
}

/**
 * The file system's own look at its options.
 *
 * @throws MountError `wrong` for an option or a feature it does not know, and for leaving a dirty journal alone
 * while mounting read-write.
 */
export function checkOptions(
  fileSystem: SimulatedFileSystem,
  options: ParsedMountOptions,
  path: string,
): void {
  const accepted = known[fileSystem.superblock.type] ?? [];
  const refused = options.perSuperblock.some(
    (option) => !accepted.some((one) => matches(one, option)),
  );
  const { unknownFeatures } = fileSystem.superblock;
  if (unknownFeatures === 'incompatible' || (unknownFeatures && options.access === 'rw')) {
    throw new MountError('wrong', path);
  }
  if (refused || (options.skipsReplay && options.access === 'rw'))
    throw new MountError('wrong', path);
  if (options.subvolume !== undefined && !hasDirectory(fileSystem, options.subvolume)) {
    throw new MountError('wrong', path);
  }
}

function hasDirectory(fileSystem: SimulatedFileSystem, path: string): boolean {
  const { tree } = fileSystem;
  let inode = tree.inode(tree.root);
  for (const name of path.split('/').filter((part) => part !== '')) {
    const next = tree.lookup(inode.number, name);
    if (next?.kind !== 'd') return false;
    inode = next;
  }
  return true;
}

function matches(pattern: string, option: string): boolean {
  return pattern.endsWith('*') ? option.startsWith(pattern.slice(0, -1)) : pattern === option;
}
