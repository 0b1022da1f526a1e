import { mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type GuestDisk, guestDisk, guests } from '../guests.js';
import { outside } from '../outside.js';
import { paths } from '../paths.js';
import { fillBoot, fillSmallRoot, fillSrv } from './guest-trees.js';
import { fillArticleRoot, fillOddFiles } from './article-root.js';
import { type Extent, withLoop, withMount } from './loop.js';
import { makeVolumeGroup } from './lvm.js';

const MiB = 1024 ** 2;

export const guestDiskFile = (volume: string): string =>
  path.join(paths.work, 'guest-disks', `${volume}.raw`);

type MakeDisk = (file: string, disk: GuestDisk) => Promise<void>;

const makers: ReadonlyMap<string, MakeDisk> = new Map([
  ['LogVolDc1', makeArticleDisk],
  ['LogVolDc2', makeGptDisk],
  ['LogVolDc2-srv', makeWholeDiskXfs],
  ['LogVolDc3', makeWholeDiskExt4],
]);

/** Makes the guests' disks as sparse files, on this machine, where it takes seconds. */
export async function buildGuestDisks(): Promise<void> {
  for (const disk of guests.flatMap((guest) => guest.disks)) {
    const file = guestDiskFile(disk.volume);
    await mkdir(path.dirname(file), { recursive: true });
    await rm(file, { force: true });
    await writeFile(file, '');
    await truncate(file, disk.sizeMiB * MiB);
    await makers.get(disk.volume)?.(file, disk);
  }
}

/** msdos; p1 /boot, p2 PV; VolGroup00 with LogVol00 root and LogVol01 swap: the article's dc1. */
async function makeArticleDisk(file: string, disk: GuestDisk): Promise<void> {
  const boot = { offset: 1 * MiB, size: 64 * MiB };
  const pv = { offset: 65 * MiB, size: (disk.sizeMiB - 65) * MiB };
  await partition(
    file,
    `label: dos\nstart=1MiB, size=64MiB, type=83, bootable\nstart=65MiB, type=8e\n`,
  );
  await withFileSystem(file, boot, ['mkfs.ext3', '-q', '-L', 'BOOT'], (at) => fillBoot(at, 'dc1'));
  const volumes = await withLoop(file, pv, (device) =>
    makeVolumeGroup(device, {
      name: 'VolGroup00',
      extentMiB: 32,
      volumes: [
        { name: 'LogVol00', sizeMiB: 800 },
        { name: 'LogVol01', sizeMiB: 64 },
      ],
    }),
  );
  const at = (name: string): Extent => {
    const place = volumes.get(name);
    if (place === undefined) throw new Error(`no volume ${name}`);
    return { offset: pv.offset + place.offset, size: place.size };
  };
  await withFileSystem(file, at('LogVol00'), ['mkfs.ext3', '-q'], fillArticleRoot);
  await withLoop(file, at('LogVol01'), (device) => outside(['mkswap', '-q', device]));
}

/** GPT; p1 /boot, p2 root; no volume group. */
async function makeGptDisk(file: string, disk: GuestDisk): Promise<void> {
  const rootMiB = disk.sizeMiB - 34;
  await partition(
    file,
    `label: gpt\nstart=1MiB, size=32MiB, type=L, name=boot\nstart=33MiB, size=${rootMiB}MiB, type=L, name=root\n`,
  );
  const boot = { offset: 1 * MiB, size: 32 * MiB };
  const root = { offset: 33 * MiB, size: rootMiB * MiB };
  await withFileSystem(file, boot, ['mkfs.ext4', '-q'], (at) => fillBoot(at, 'dc2'));
  const bootUuid = await withLoop(file, boot, uuidOf);
  await withFileSystem(file, root, ['mkfs.ext4', '-q', '-L', 'dc2-root'], (at) =>
    fillSmallRoot(at, {
      hostname: 'dc2',
      fstab: dc2Fstab(bootUuid),
      writesTo: ['/var/lib/lab', '/srv/lab'],
    }),
  );
}

function dc2Fstab(bootUuid: string): string {
  return `# /etc/fstab: static file system information.
LABEL=dc2-root  /      ext4  defaults,errors=remount-ro  0 1
UUID=${bootUuid}  /boot  ext4  defaults  0 2
/dev/${guestDisk('b')}       /srv   xfs   defaults  0 0
tmpfs           /tmp   tmpfs  defaults  0 0
`;
}

async function makeWholeDiskXfs(file: string): Promise<void> {
  await withFileSystem(file, undefined, ['mkfs.xfs', '-q'], fillSrv);
}

async function makeWholeDiskExt4(file: string): Promise<void> {
  await withFileSystem(file, undefined, ['mkfs.ext4', '-q', '-b', '4096'], async (at) => {
    const fstab = `/dev/${guestDisk('a')} / ext4 defaults 0 1\n`;
    await fillSmallRoot(at, { hostname: 'dc3', fstab, writesTo: ['/var/lib/lab'] });
    await fillOddFiles(at);
  });
}

async function partition(file: string, script: string): Promise<void> {
  await outside(['sfdisk', '--quiet', file], { stdin: script });
}

async function uuidOf(device: string): Promise<string> {
  return (await outside(['blkid', '-p', '-s', 'UUID', '-o', 'value', device])).stdout.trim();
}

async function withFileSystem(
  file: string,
  extent: Extent | undefined,
  mkfs: readonly [string, ...string[]],
  fill: (folder: string) => Promise<void>,
): Promise<void> {
  await withLoop(file, extent, async (device) => {
    await outside([...mkfs, device]);
    await withMount(device, fill);
  });
}
