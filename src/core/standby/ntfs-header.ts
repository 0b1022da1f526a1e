import type { ByteRange } from './seal.js';

/** Sixteen records of a kibibyte: `$MFT` itself, `$LogFile`, `$Volume` with its dirty flag... */
const systemRecordsBytes = 16 * 1024;

/**
 * The records in which NTFS keeps its own files. Each record that is written gets another update
 * sequence number, and `$Volume` is written when the file system is mounted to write.
 *
 * @param header - the first sector of the device.
 * @returns `undefined` when it does not say where they lie.
 */
export function ntfsRegions(header: Uint8Array): readonly ByteRange[] | undefined {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  if (header.byteLength < 56) return undefined;
  const clusterBytes = view.getUint16(11, true) * view.getUint8(13);
  const offsetBytes = Number(view.getBigUint64(48, true)) * clusterBytes;
  const isPlausible =
    clusterBytes >= 512 &&
    offsetBytes > 0 &&
    Number.isSafeInteger(offsetBytes) &&
    offsetBytes % 512 === 0;
  return isPlausible ? [{ offsetBytes, lengthBytes: systemRecordsBytes }] : undefined;
}
