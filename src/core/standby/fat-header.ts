import type { ByteRange } from './seal.js';

const directoryEntryBytes = 32;
const maximumBytes = 4 * 1024 * 1024;

/**
 * What of a FAT is sealed: everything before its data, so boot sector, FSInfo, both allocation
 * tables and the root directory of FAT12 and FAT16. The boot sector alone would not do: it says
 * "dirty" only while the file system is mounted, and only FAT32 has an FSInfo.
 *
 * Fields as in the BIOS parameter block, little-endian.
 *
 * @returns `undefined` where the bytes are no plausible parameter block.
 */
export function fatRegions(header: Uint8Array): readonly ByteRange[] | undefined {
  if (header.length < 512) return undefined;
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const sectorBytes = view.getUint16(11, true);
  const reserved = view.getUint16(14, true);
  const tables = view.getUint8(16);
  const rootEntries = view.getUint16(17, true);
  const tableSectors = view.getUint16(22, true) || view.getUint32(36, true);
  const isPlausible =
    [512, 1024, 2048, 4096].includes(sectorBytes) && reserved > 0 && tables > 0 && tableSectors > 0;
  if (!isPlausible) return undefined;
  const rootSectors = Math.ceil((rootEntries * directoryEntryBytes) / sectorBytes);
  const bytes = (reserved + tables * tableSectors + rootSectors) * sectorBytes;
  return [{ offsetBytes: 0, lengthBytes: Math.min(bytes, maximumBytes) }];
}
