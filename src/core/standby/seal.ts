import type { NodePosition } from '../model/index.js';

/** A piece of a device, in bytes from its start. */
export interface ByteRange {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/** A piece of a guest's disk, in bytes from the disk's own start. */
export interface DiskRegion extends ByteRange {
  /** The disk as the guest knows it: `xvda`. */
  readonly disk: string;
}

/** A piece of a disk with what stood there. */
export interface SealedRegion extends DiskRegion {
  /** 64 hexadecimal digits. */
  readonly sha256: string;
}

/** What no use of one file system (or swap) leaves as it was. */
export interface ContentSeal {
  readonly position: NodePosition;
  /** As blkid names it: `ext4`, `xfs`, `swap`... */
  readonly type: string;
  readonly regions: readonly SealedRegion[];
}

/** A disk whose bytes lie in its file in an order of their own: the file as a whole is sealed. */
export interface ImageSeal {
  /** The disk as the guest knows it: `xvda`. */
  readonly disk: string;
  /** Length of the file and time of the last write to it. */
  readonly lastWrite: string;
}

/** What is no longer as a seal says: a place in the guest, and what stood there. */
export type BrokenSeal = Pick<ContentSeal, 'position' | 'type'>;

/**
 * What a standby looked like when the last replication left it. Absent in records of older
 * versions.
 */
export type StandbySeal =
  | {
      readonly kind: 'whole';
      readonly contents: readonly ContentSeal[];
      /** Absent where no disk is such an image. */
      readonly images?: readonly ImageSeal[];
    }
  /** A run has mounted it to write; until that run has sealed it again nothing can be said. */
  | { readonly kind: 'broken'; readonly runId: string };

/**
 * The pieces to be looked at before disks are written: those of the disks named. A disk that is
 * no longer the guest's is not written, so what became of it does not matter.
 */
export function sealedRegions(
  contents: readonly ContentSeal[],
  disks: readonly string[],
): readonly SealedRegion[] {
  return contents.flatMap(({ regions }) => regions.filter(({ disk }) => disks.includes(disk)));
}

/**
 * Contents of which at least one piece is not what it was: somebody used the standby.
 *
 * @param found - digests in the order of {@link sealedRegions} for the same disks.
 */
export function brokenSeals(
  contents: readonly ContentSeal[],
  disks: readonly string[],
  found: readonly string[],
): readonly ContentSeal[] {
  const asked = sealedRegions(contents, disks);
  const changed = new Set(asked.filter(({ sha256 }, index) => found[index] !== sha256));
  return contents.filter(({ regions }) => regions.some((region) => changed.has(region)));
}

/**
 * Images that were written to, came, or went.
 *
 * @param found - those there are now.
 * @param disks - all disks of the guest.
 */
export function brokenImages(
  sealed: readonly ImageSeal[],
  found: readonly ImageSeal[],
  disks: readonly string[],
): readonly BrokenSeal[] {
  const writeTo = (images: readonly ImageSeal[], disk: string): string | undefined =>
    images.find((image) => image.disk === disk)?.lastWrite;
  return disks
    .filter((disk) => writeTo(sealed, disk) !== writeTo(found, disk))
    .map((disk) => ({ position: disk, type: 'qcow2' }));
}
