import { XenBackupError } from '../../src/core/errors/index.js';
import { FileTree } from './file-tree.js';
import { type Timestamp, timestampFromMs } from './inode.js';
import { InodeTable } from './inode-table.js';
import { type FileSystemTraits, traitsOf } from './traits.js';
import type { FileSystemImage, Superblock } from './types.js';

/** What mkfs is told. */
export interface FileSystemInit extends Partial<Superblock> {
  /** As blkid names it: `ext4`, `xfs`, `vfat`, `btrfs`, `tmpfs`. */
  readonly type: string;
  readonly sizeBytes: number;
  /** Default: the epoch. */
  readonly madeAt?: Timestamp;
}

/** Facts in the superblock that change with use. */
export interface SuperblockUse {
  /** Read-write mounts so far. */
  readonly mountCount: number;
  /** Simulated time of the last read-write mount; absent when there was none. */
  readonly lastMountedAtMs?: number;
  /** Counts changes of the tree that reached the disk: the device differs when it does. */
  readonly generation: number;
}

/** A file system as data. */
export interface FileSystemData {
  readonly superblock: Superblock;
  readonly use: SuperblockUse;
  readonly tree: ReturnType<FileTree['toJSON']>;
  /** Present when the journal is dirty: what shows without replay. */
  readonly unreplayed?: ReturnType<FileTree['toJSON']>;
}

/** Metadata of mkfs takes about this much of a device. */
const metadataShare = 0.03;

/** How often the journal is written out: ext4's own default. */
const commitIntervalMs = 5000;

/**
 * A file system as it stands on a device: superblock, journal, tree. It knows nothing of mounts;
 * whoever mounts it read-write says so by {@link SimulatedFileSystem.beginUse}.
 */
export class SimulatedFileSystem implements FileSystemImage {
  readonly superblock: Superblock;
  readonly traits: FileSystemTraits;
  use: SuperblockUse = { mountCount: 0, generation: 0 };
  #tree: FileTree;
  #unreplayed: FileTree | undefined;
  #committedMs = 0;

  private constructor(superblock: Superblock, tree: FileTree) {
    this.superblock = superblock;
    this.traits = requireTraits(superblock.type);
    this.#tree = tree;
  }

  /** mkfs. @throws XenBackupError `internal` for a type that the simulated kernel cannot mount. */
  static make(init: FileSystemInit): SimulatedFileSystem {
    const { madeAt = timestampFromMs(0), ...rest } = init;
    const traits = requireTraits(init.type);
    const version = traits.version === undefined ? {} : { version: traits.version };
    const blockSizeBytes = usualBlockSize(traits, init);
    const superblock = { blockSizeBytes, ...version, ...rest };
    return new SimulatedFileSystem(superblock, FileTree.empty(traits, capacityOf(init), madeAt));
  }

  /** The tree as the kernel shows it once the journal is replayed. */
  get tree(): FileTree {
    return this.#tree;
  }

  /** The tree as the blocks on the disk show it while the journal is left alone. */
  get unreplayedTree(): FileTree {
    return this.#unreplayed ?? this.#tree;
  }

  get journal(): 'clean' | 'needs-recovery' {
    return this.#unreplayed === undefined ? 'clean' : 'needs-recovery';
  }

  /** Shares all inodes and contents with this one until either changes. */
  fork(): SimulatedFileSystem {
    const fork = new SimulatedFileSystem(this.superblock, this.#tree.copy());
    fork.use = this.use;
    fork.#unreplayed = this.#unreplayed?.copy();
    fork.#committedMs = this.#committedMs;
    return fork;
  }

  /** A read-write mount: the stamps every kernel leaves in the superblock. */
  beginUse(nowMs: number): void {
    this.replay();
    const { mountCount, generation } = this.use;
    this.use = { mountCount: mountCount + 1, lastMountedAtMs: nowMs, generation: generation + 1 };
    this.beginChanges(nowMs);
  }

  /**
   * Called before each change: while somebody has the file system mounted read-write, the journal
   * counts as dirty, and what changed since the last commit stands in the journal only.
   */
  beginChanges(nowMs: number): void {
    this.use = { ...this.use, generation: this.use.generation + 1 };
    if (this.traits.skipReplayOptions.length === 0) return;
    if (this.#unreplayed !== undefined && nowMs - this.#committedMs < commitIntervalMs) return;
    this.#unreplayed = this.#tree.copy();
    this.#committedMs = nowMs;
  }

  /** The end of a read-write mount, or a replay: everything is in its place. */
  replay(): void {
    if (this.#unreplayed === undefined) return;
    this.#unreplayed = undefined;
    this.use = { ...this.use, generation: this.use.generation + 1 };
  }

  /** Text that differs when the superblock region of the device differs. */
  superblockText(): string {
    return JSON.stringify([this.superblock, this.use, this.journal]);
  }

  toJSON(): FileSystemData {
    return {
      superblock: this.superblock,
      use: this.use,
      tree: this.#tree.toJSON(),
      ...(this.#unreplayed === undefined ? {} : { unreplayed: this.#unreplayed.toJSON() }),
    };
  }

  static fromJSON(data: FileSystemData): SimulatedFileSystem {
    const traits = requireTraits(data.superblock.type);
    const load = (tree: ReturnType<FileTree['toJSON']>): FileTree =>
      new FileTree(traits, capacityOf(data.superblock), InodeTable.fromJSON(tree));
    const fileSystem = new SimulatedFileSystem(data.superblock, load(data.tree));
    fileSystem.use = data.use;
    if (data.unreplayed !== undefined) fileSystem.#unreplayed = load(data.unreplayed);
    return fileSystem;
  }
}

/** mke2fs takes smaller blocks for file systems under 512 MiB. */
function usualBlockSize(traits: FileSystemTraits, init: FileSystemInit): number {
  const small = init.type.startsWith('ext') && init.sizeBytes < 512 * 2 ** 20;
  return small ? 1024 : traits.blockSizeBytes;
}

function capacityOf(superblock: Pick<Superblock, 'type' | 'sizeBytes'>): number {
  const share = superblock.type === 'tmpfs' ? 0 : metadataShare;
  return Math.floor(superblock.sizeBytes * (1 - share));
}

function requireTraits(type: string): FileSystemTraits {
  const traits = traitsOf(type);
  if (traits === undefined) {
    throw new XenBackupError('internal', { message: `the simulated kernel has no ${type}` });
  }
  return traits;
}
