import type {
  GuestVolumeGroup,
  LogicalVolume,
  SnapshotHealth,
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

/** LVM of a host, and LVM found inside guests' disks. */
export interface VolumeManager {
  /** Volume groups and volumes of the host: one question each, whatever their number. */
  inventory(): Promise<VolumeInventory>;
  /** One volume of the host by any of its paths, `undefined` when there is none. */
  findVolume(path: string): Promise<LogicalVolume | undefined>;
  /**
   * Creates a snapshot with `--monitor n`, so that dmeventd does not unmount it when it
   * overflows, and reads it back: name, origin and tags agree when this returns.
   *
   * @throws `volume-group-full`, `volume-exists`, `volume-not-found`, `command-failed`.
   */
  createSnapshot(request: SnapshotRequest): Promise<LogicalVolume>;
  /**
   * Removes a snapshot of ours. Absent is fine.
   *
   * @throws `ownership-unproven` when origin or tags are not those given; `volume-busy`.
   */
  removeSnapshot(proof: Omit<SnapshotRequest, 'storage'>): Promise<void>;
  /** @throws `volume-not-found`. */
  snapshotHealth(volumeGroup: string, snapshot: string): Promise<SnapshotHealth>;
  /**
   * Reads the volume groups whose physical volumes lie on the devices given, and on nothing
   * else: every command carries a filter that accepts only these devices. Activates nothing.
   *
   * @throws `output-unexpected`.
   */
  readGuestVolumeGroups(devices: readonly string[]): Promise<readonly GuestVolumeGroup[]>;
}
