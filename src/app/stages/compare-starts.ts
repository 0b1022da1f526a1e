import {
  type Conflict,
  type DeviceNode,
  type DeviceTree,
  drift,
  isQcow2,
  together,
} from '../../core/index.js';
import type { Host } from '../../ports/index.js';
import type { DiskVolume } from './open-disks.js';

/** One side's disks, open. */
export interface OpenDisks {
  readonly host: Host;
  readonly volumes: readonly DiskVolume[];
  readonly tree: DeviceTree;
}

/** Boot loaders keep to the first mebibyte, where partitions begin today. */
const longestStartBytes = 1024 * 1024;

/**
 * Compares what lies before the first partition of each disk, byte for byte: the table with all that
 * parted does not tell of it, the boot code, and what a boot loader keeps behind it. One command on
 * each host.
 */
export async function compareStarts(
  source: OpenDisks,
  target: OpenDisks,
): Promise<Conflict | undefined> {
  const starts = source.tree.disks.flatMap((disk) => {
    const partner = target.tree.disks.find(({ position }) => position === disk.position);
    const lengthBytes = startBytes(disk);
    return partner === undefined || lengthBytes === 0 ? [] : [{ disk, partner, lengthBytes }];
  });
  if (starts.length === 0) return undefined;
  const [left, right] = await together([
    digests(
      source.host,
      starts.map(({ disk, lengthBytes }) => ({ disk, lengthBytes })),
    ),
    digests(
      target.host,
      starts.map(({ partner: disk, lengthBytes }) => ({ disk, lengthBytes })),
    ),
  ]);
  const different = starts.find((_, index) => left[index] !== right[index]);
  if (different === undefined) return undefined;
  const { disk, lengthBytes } = different;
  const [from, onto] = [source, target].map(({ volumes }) => {
    const found = volumes.find((volume) => volume.target === disk.position);
    if (found === undefined) return '';
    const { storage } = found;
    return storage.kind === 'volume' ? storage.volume.path : storage.path;
  });
  const count = String(lengthBytes / 512);
  const isImage = [source, target].some(({ volumes }) =>
    volumes.some(({ target: name, storage }) => name === disk.position && isQcow2(storage)),
  );
  const mend = isImage
    ? 'seed it again: copy the image, or convert the disk onto it with qemu-img.'
    : `on ${source.host.name}: dd if=${from ?? ''} bs=512 count=${count} | ` +
      `ssh ${target.host.name} dd of=${onto ?? ''} bs=512 conv=notrunc,fsync`;
  return {
    ...drift(
      disk.position,
      `the first ${String(lengthBytes)} bytes of disk ${disk.position} (partition table and boot ` +
        'code) are not those of the source, although all partitions agree',
    ),
    remedy:
      'A boot loader was installed or the table touched since the standby was seeded. Bring them ' +
      `over, with the standby shut off: ${mend}`,
  };
}

/** Of a disk with a table: where its first partition begins. Else 0: all of it is copied. */
function startBytes({ table }: DeviceNode): number {
  if (table === undefined || table.partitions.length === 0) return 0;
  const first = Math.min(...table.partitions.map((entry) => entry.startBytes));
  return Math.min(first, longestStartBytes);
}

function digests(
  host: Host,
  starts: readonly { readonly disk: DeviceNode; readonly lengthBytes: number }[],
): Promise<readonly string[]> {
  return host.regions.digest(
    starts.map(({ disk, lengthBytes }) => ({ device: disk.path, offsetBytes: 0, lengthBytes })),
  );
}
