import type { Content } from '../core/model/index.js';

/** What stands on a device, judged by its content (blkid, low-level probing, no cache). */
export interface ContentProbe {
  /**
   * @throws `output-unexpected` when signatures contradict each other; `device-not-found`.
   */
  probe(device: string): Promise<ProbedDevice>;
  /** Size of the device in bytes. @throws `device-not-found`. */
  sizeBytes(device: string): Promise<number>;
}

/** What stands on a device, and what its partition says of itself. */
export interface ProbedDevice {
  readonly content: Content;
  /** PARTUUID as the partition's table gives it; only for partition maps. */
  readonly partitionUuid?: string;
  /** PARTLABEL. */
  readonly partitionLabel?: string;
}
