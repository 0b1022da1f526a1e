import type { PartitionTable } from '../core/model/index.js';

/** Partition tables (parted). Reads only. */
export interface PartitionTableReader {
  /**
   * The table on a device known to bear one.
   *
   * @throws `output-unexpected` for anything that is no msdos or GPT table; `device-not-found`.
   */
  readTable(device: string): Promise<PartitionTable>;
}
