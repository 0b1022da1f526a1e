import type { DeviceNumber } from '../core/model/index.js';
import type { StepSegment } from '../core/steps/index.js';

/** A map to be made. */
export interface MapRequest {
  /** One of our names. */
  readonly name: string;
  /** Stamp: `XENBACKUP-<run id>-<number>`. */
  readonly uuid: string;
  readonly access: 'read-only' | 'read-write';
  /** In order, without gaps. */
  readonly segments: readonly StepSegment[];
}

/** A device-mapper device as it is now. */
export interface DeviceMap {
  readonly name: string;
  readonly uuid: string;
  readonly deviceNumber: DeviceNumber;
  readonly openCount: number;
  readonly readOnly: boolean;
}

/** Block devices under names of our own (dmsetup). */
export interface DeviceMapper {
  /** Every map of the host. */
  list(): Promise<readonly DeviceMap[]>;
  /**
   * Creates a map and returns when its node exists.
   *
   * @throws `command-failed` (name taken, device missing, table refused).
   */
  create(request: MapRequest): Promise<DeviceMap>;
  /**
   * Removes a map that has this name *and* this uuid. Absent is fine.
   *
   * @throws `ownership-unproven` when the uuid is another; `volume-busy` with who holds
   * it: processes by pid, command and what they do, maps, mounts, swap, loop devices, guests.
   */
  remove(name: string, uuid: string): Promise<void>;
  /** The raw status line of one map: `0 262144 snapshot Invalid`. @throws `device-not-found`. */
  status(name: string): Promise<string>;
  /**
   * Writes out what the kernel holds back for the device, and asks the disk to keep it
   * (`blockdev --flushbufs` after sync).
   */
  flush(device: string): Promise<void>;
}
