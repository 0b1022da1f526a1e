/** How one side of a replication opens its devices. */
export interface Side {
  readonly role: 'source' | 'target';
  /**
   * Of our maps. The source's are writable although nothing is written by us: mounting a dirty
   * file system read-only replays its journal, and that goes into the snapshot, never the origin.
   */
  readonly devices: 'read-only' | 'read-write';
  readonly mounts: 'read-only' | 'read-write';
  /**
   * A dirty journal is replayed, which writes to the device; left alone, so that what it holds is
   * missing; or must not be there at all, and the kernel refuses a file system that has one.
   */
  readonly journals: 'replayed' | 'ignored' | 'refused';
}

export const sourceSide: Side = {
  role: 'source',
  devices: 'read-write',
  mounts: 'read-only',
  journals: 'replayed',
};
/** A disk of the source that is read as it is, without a snapshot, while its guest is shut off. */
export const restingSourceSide: Side = {
  ...sourceSide,
  devices: 'read-only',
  journals: 'refused',
};
/** The same while the guest runs: its journals are dirty, and nobody may replay them for it. */
export const changingSourceSide: Side = {
  ...sourceSide,
  devices: 'read-only',
  journals: 'ignored',
};
export const targetSide: Side = {
  role: 'target',
  devices: 'read-write',
  mounts: 'read-write',
  journals: 'replayed',
};
/** For `plan` and dry runs: not one block of the target changes. */
export const untouchedTargetSide: Side = {
  role: 'target',
  devices: 'read-only',
  mounts: 'read-only',
  journals: 'ignored',
};

/** File systems we mount. The type is always given explicitly, never left to the guest's disk. */
export const supportedFileSystems = ['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'vfat'] as const;

export type SupportedFileSystem = (typeof supportedFileSystems)[number];

export function isSupportedFileSystem(type: string): type is SupportedFileSystem {
  return (supportedFileSystems as readonly string[]).includes(type);
}

/**
 * Mount options for a file system on one side.
 *
 * Measured: on a read-only device ext3/ext4 need `noload` and XFS `norecovery` when the journal is
 * dirty; XFS beside another file system of its UUID needs `nouuid`. Nothing of a guest may run, act
 * as a device, or gain rights on the host: `nosuid,nodev,noexec` always.
 *
 * @param further - paths of the other devices of a btrfs; the kernel looks for the rest nowhere else.
 */
export function mountOptions(
  type: SupportedFileSystem,
  side: Side,
  further: readonly string[] = [],
): readonly string[] {
  return [
    side.mounts === 'read-only' ? 'ro' : 'rw',
    'nosuid',
    'nodev',
    'noexec',
    // The receiver reads every directory: access times on the standby must not change by that.
    ...(side.mounts === 'read-write' ? ['noatime'] : []),
    ...(type === 'xfs' ? ['nouuid'] : []),
    // The whole of it, whatever its default subvolume is; its other devices by their names.
    ...(type === 'btrfs' ? ['subvolid=5', ...further.map((path) => `device=${path}`)] : []),
    ...(side.journals === 'ignored' ? withoutReplay[type] : []),
  ];
}

const withoutReplay: Readonly<Record<SupportedFileSystem, readonly string[]>> = {
  ext2: [],
  ext3: ['noload'],
  ext4: ['noload'],
  xfs: ['norecovery'],
  btrfs: ['rescue=nologreplay'],
  vfat: [],
};
