/** Room for as much time as this is asked for at once, so that growing stays rare. */
const aheadSeconds = 600;

/** A thick snapshot that fills, and what it may become. Sizes in bytes. */
export interface Growth {
  readonly sizeBytes: number;
  readonly usedBytes: number;
  readonly bytesPerSecond: number;
  /** It grows by at least this: the size it was made with. */
  readonly stepBytes: number;
  /** Whole extents. */
  readonly maxBytes: number;
  readonly freeBytes: number;
  readonly extentBytes: number;
}

/** The next size of a snapshot, in whole extents; `undefined` when it cannot grow. */
export function grownSizeBytes(growth: Growth): number | undefined {
  const { sizeBytes, usedBytes, bytesPerSecond, stepBytes, maxBytes, freeBytes } = growth;
  const { extentBytes } = growth;
  const wanted = Math.max(sizeBytes + stepBytes, usedBytes + bytesPerSecond * aheadSeconds);
  const inExtents = Math.ceil(wanted / extentBytes) * extentBytes;
  const there = sizeBytes + Math.floor(freeBytes / extentBytes) * extentBytes;
  const next = Math.min(inExtents, maxBytes, there);
  return next > sizeBytes ? next : undefined;
}
