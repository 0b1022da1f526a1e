import { mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import { guests } from '../guests.js';
import { hosts, hostVolumeGroup } from '../hosts.js';
import { LabError } from '../fail.js';
import { outside } from '../outside.js';
import { baseImage, paths } from '../paths.js';
import { guestDiskFile } from './guest-disks.js';
import { withLoop } from './loop.js';
import { makeVolumeGroup } from './lvm.js';

const MiB = 1024 ** 2;
/** Room for the guests' disks and for snapshots of all of them at once. */
const sizeMiB = 4096;

/**
 * The second disk of each host: one volume group, in it the same guests' disks on both. The two
 * groups have the same name and different identities, as two hosts in the field have.
 */
export async function buildVolumes(): Promise<void> {
  await mkdir(paths.images, { recursive: true });
  const disks = guests.flatMap((guest) => guest.disks);
  for (const host of hosts) {
    const image = baseImage(host.name, 'volumes');
    await rm(image, { force: true });
    await writeFile(image, '');
    await truncate(image, sizeMiB * MiB);
    const places = await withLoop(image, undefined, (device) =>
      makeVolumeGroup(device, {
        name: hostVolumeGroup,
        extentMiB: 4,
        volumes: disks.map((disk) => ({ name: disk.volume, sizeMiB: disk.sizeMiB })),
      }),
    );
    for (const disk of disks) {
      const place = places.get(disk.volume);
      if (place === undefined) throw new LabError(`no place for ${disk.volume}`);
      await outside(
        [
          ...(['dd', 'status=none', 'bs=1M', 'conv=notrunc,sparse', 'oflag=seek_bytes'] as const),
          ...[`if=${guestDiskFile(disk.volume)}`, `of=${image}`, `seek=${place.offset}`],
        ],
        { timeoutMs: 300_000 },
      );
    }
  }
}
