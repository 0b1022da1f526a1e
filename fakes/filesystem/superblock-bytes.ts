import type { Superblock } from './types.js';

const headerBytes = 512;

/** The first sector of a file system as far as its layout is read from it; empty where it is not. */
export function superblockBytes(superblock: Superblock): Buffer {
  switch (superblock.type) {
    case 'xfs':
      return xfsSuperblock(superblock);
    case 'vfat':
      return fatBootSector(superblock);
    default:
      return Buffer.alloc(0);
  }
}

/** As mkfs.xfs makes it: version 5, blocks of 4 KiB, four groups, the log in the third of them. */
function xfsSuperblock({ sizeBytes }: Superblock): Buffer {
  const bytes = Buffer.alloc(headerBytes);
  const blockBytes = 4096;
  const blocks = Math.floor(sizeBytes / blockBytes);
  const groupBlocks = Math.ceil(blocks / 4);
  const groupShift = Math.ceil(Math.log2(groupBlocks));
  const logBlocks = Math.min(16_384, Math.floor(groupBlocks / 2));
  bytes.write('XFSB', 0, 'latin1');
  bytes.writeUInt32BE(blockBytes, 4);
  bytes.writeBigUInt64BE(BigInt(blocks), 8);
  bytes.writeBigUInt64BE((2n << BigInt(groupShift)) + 6n, 48);
  bytes.writeUInt32BE(groupBlocks, 84);
  bytes.writeUInt32BE(4, 88);
  bytes.writeUInt32BE(logBlocks, 96);
  bytes.writeUInt16BE(0xb4b5, 100);
  bytes.writeUInt16BE(512, 102);
  bytes.writeUInt8(groupShift, 124);
  bytes.writeBigUInt64BE(0x1_0000_0002n, 240);
  return bytes;
}

/** FAT16 with clusters of 16 KiB, one reserved sector, two tables and 512 root entries. */
function fatBootSector({ sizeBytes }: Superblock): Buffer {
  const bytes = Buffer.alloc(headerBytes);
  const sectorsPerCluster = 32;
  const clusters = Math.floor(sizeBytes / headerBytes / sectorsPerCluster);
  bytes.writeUInt16LE(headerBytes, 11);
  bytes.writeUInt8(sectorsPerCluster, 13);
  bytes.writeUInt16LE(1, 14);
  bytes.writeUInt8(2, 16);
  bytes.writeUInt16LE(512, 17);
  bytes.writeUInt16LE(Math.min(256, Math.ceil((clusters * 2) / headerBytes)), 22);
  return bytes;
}
