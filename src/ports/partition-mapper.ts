import type { PartitionMap } from '../core/model/index.js';

/** A device whose partitions are to be mapped. */
export interface PartitionMapRequest {
  /** Path of our wrapper: /dev/mapper/xen-backup-... */
  readonly device: string;
  /** Read-only maps, needed on a read-only device. */
  readonly access: 'read-only' | 'read-write';
}

/** A device node for each partition of a device (kpartx, always with `-p p`). */
export interface PartitionMapper {
  /**
   * Maps every partition. Doing it twice is harmless and answers the same.
   *
   * @throws `command-failed`, `output-unexpected`, `device-not-found`.
   */
  add(request: PartitionMapRequest): Promise<readonly PartitionMap[]>;
  /**
   * Removes the maps. None there is fine.
   *
   * @throws `volume-busy` naming the maps still in use.
   */
  remove(device: string): Promise<void>;
}
