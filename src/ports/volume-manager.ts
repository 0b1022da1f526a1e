import type {
  GuestVolumeGroup,
  LogicalVolume,
  SnapshotFill,
  SnapshotHealth,
  ThinPoolFill,
  ThinPoolName,
  VolumeInventory,
} from '../core/model/index.js';

/** A snapshot to be taken. */
export interface SnapshotRequest {
  readonly volumeGroup: string;
  /** Name of the origin volume. */
  readonly origin: string;
  /** Name of the snapshot: one of ours. */
  readonly name: string;
  /** `thick`: room for copied-on-write blocks. `thin`: no size, shares the pool. */
  readonly storage:
    | { readonly kind: 'thick'; readonly sizeBytes: number }
    | { readonly kind: 'thin' };
  /** LVM tags that prove it ours: `xen-backup`, and one with the run id. */
  readonly tags: readonly string[];
}

/** A snapshot that is watched. */
export interface WatchedSnapshot {
  readonly volumeGroup: string;
  readonly name: string;
  /** The pool of a thin one. */
  readonly pool?: string;
}

/** Who has a volume of the host open. */
export interface VolumeHolders {
  /** As an operator reads them, those of maps on it too: `mount /mnt`, `map x`, `sh (pid 3, …)`. */
  readonly words: readonly string[];
  /** Names of volume groups that lie on it and are active on the host. */
  readonly activeGroups: readonly string[];
}

/** LVM of a host, and LVM found inside guests' disks. */
export interface VolumeManager {
  /** Volume groups and volumes of the host: one question each, whatever their number. */
  inventory(): Promise<VolumeInventory>;
  /** One volume of the host by any of its paths, `undefined` when there is none. */
  findVolume(path: string): Promise<LogicalVolume | undefined>;
  /** Who holds a volume that is open. Never fails: what cannot be asked is told as unknown. */
  holders(volume: Pick<LogicalVolume, 'deviceMapperPath'>): Promise<VolumeHolders>;
  /**
   * Creates a snapshot with `--monitor n`, so that dmeventd does not unmount it when it
   * overflows, and reads it back: name, origin and tags agree when this returns.
   *
   * @param onTaken - called as soon as the snapshot shows the origin of one instant, before it is
   * read back: whoever holds a guest for its sake may let it go.
   * @throws `volume-group-full`, `volume-exists`, `volume-not-found`, `command-failed`.
   */
  createSnapshot(request: SnapshotRequest, onTaken?: () => void): Promise<LogicalVolume>;
  /**
   * Removes a snapshot of ours. Absent is fine.
   *
   * @throws `ownership-unproven` when origin or tags are not those given; `volume-busy`.
   */
  removeSnapshot(proof: Omit<SnapshotRequest, 'storage'>): Promise<void>;
  /** @throws `volume-not-found`. */
  snapshotHealth(volumeGroup: string, snapshot: string): Promise<SnapshotHealth>;
  /**
   * How full the snapshots given are, in their order: one command whatever their number, cheap
   * enough to be repeated every second. It takes no lock of LVM's, so that it answers while LVM
   * itself hangs, and is given up after 20 s.
   *
   * @throws `volume-not-found`, `output-unexpected`, `command-timed-out`.
   */
  snapshotFills(snapshots: readonly WatchedSnapshot[]): Promise<readonly SnapshotFill[]>;
  /**
   * How full the thin pools given are, in their order, as {@link snapshotFills} asks.
   *
   * @throws `volume-not-found` (also for a pool that is not active), `output-unexpected`,
   * `command-timed-out`.
   */
  thinPoolFills(pools: readonly ThinPoolName[]): Promise<readonly ThinPoolFill[]>;
  /**
   * Makes a thick snapshot of ours larger, while it is read, and leaves it unknown to dmeventd: LVM
   * would otherwise have it monitored from then on.
   *
   * @param sizeBytes - of the whole snapshot; LVM rounds it up to extents, and gives no more than a
   *   snapshot of its origin can ever fill (measured)
   * @returns the snapshot as it is then
   * @throws `ownership-unproven`, `volume-group-full`, `volume-not-found`, `command-failed`.
   */
  extendSnapshot(
    proof: Omit<SnapshotRequest, 'storage'>,
    sizeBytes: number,
  ): Promise<LogicalVolume>;
  /**
   * Reads the volume groups whose physical volumes lie on the devices given, and on nothing
   * else: every command carries a filter that accepts only these devices. Activates nothing.
   *
   * @throws `output-unexpected`.
   */
  readGuestVolumeGroups(devices: readonly string[]): Promise<readonly GuestVolumeGroup[]>;
}
