/** A piece of a block device. Whole sectors of the device: it is read past all caches. */
export interface DeviceRegion {
  /** Path of the device. */
  readonly device: string;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/**
 * Small pieces of block devices, read as they stand on the disk (`O_DIRECT`): what a cache still
 * holds of another path to the same disk does not matter. Opens devices to read only, and asks for
 * any number of pieces with one command.
 *
 * Both throw `device-not-found` and `command-failed`.
 */
export interface RegionReader {
  /** SHA-256 of each piece, 64 hexadecimal digits, in the order asked for. */
  digest(regions: readonly DeviceRegion[]): Promise<readonly string[]>;
  /** The bytes of each piece, for headers: 64 KiB each at most. */
  read(regions: readonly DeviceRegion[]): Promise<readonly Uint8Array[]>;
}
