/** What a type of file system can do, as far as it changes what tools do with it. */
export interface FileSystemTraits {
  /** st_ino of the root directory. */
  readonly rootInode: number;
  /** Mount options that leave a dirty journal alone; none where there is no journal. */
  readonly skipReplayOptions: readonly string[];
  /** Owners, links, xattrs, special files: everything a Unix file system has. */
  readonly posix: boolean;
  /** mtimes are multiples of this. */
  readonly timeGranularityNs: number;
  /** Two of one UUID cannot be mounted at once. */
  readonly uuidMustBeUnique: boolean;
  /** Usual block size, as blkid prints BLOCK_SIZE. */
  readonly blockSizeBytes: number;
  /** As blkid prints VERSION; absent where it prints none. */
  readonly version?: string;
}

const plain: FileSystemTraits = {
  rootInode: 2,
  skipReplayOptions: [],
  posix: true,
  timeGranularityNs: 1,
  uuidMustBeUnique: false,
  blockSizeBytes: 4096,
};
const extended: FileSystemTraits = { ...plain, version: '1.0' };
const journaling: FileSystemTraits = { ...extended, skipReplayOptions: ['noload', 'norecovery'] };

const traits: Readonly<Record<string, FileSystemTraits>> = {
  ext2: extended,
  ext3: journaling,
  ext4: journaling,
  xfs: {
    ...plain,
    rootInode: 128,
    skipReplayOptions: ['norecovery'],
    uuidMustBeUnique: true,
    blockSizeBytes: 512,
  },
  btrfs: {
    ...plain,
    rootInode: 256,
    skipReplayOptions: ['nologreplay', 'rescue=nologreplay'],
    uuidMustBeUnique: true,
  },
  // Two seconds: the unit in which FAT keeps the time of a change.
  vfat: {
    ...plain,
    rootInode: 1,
    posix: false,
    timeGranularityNs: 2e9,
    blockSizeBytes: 512,
    version: 'FAT16',
  },
  tmpfs: { ...plain, rootInode: 1 },
};

/** Traits of a type; `undefined` for one the kernel does not know (`ntfs`, `crypto_LUKS`). */
export function traitsOf(type: string): FileSystemTraits | undefined {
  return Object.hasOwn(traits, type) ? traits[type] : undefined;
}
