import { LabError } from './fail.js';
import { flavour } from './flavours/chosen.js';
import { hostVolumeGroup } from './hosts.js';
import type { GuestSpec } from './specs.js';

export type { GuestDisk, GuestSpec } from './specs.js';

/** How a guest calls its disk. */
export const guestDisk = (letter: string): string => `${flavour.diskPrefix}${letter}`;

/** The article's layout: msdos, /boot, and a volume group with root and swap. */
const dc1: GuestSpec = {
  name: 'dc1',
  uuid: '5d6a3e0c-0d5c-4c54-9d0e-0000000000c1',
  memoryMiB: 176,
  disks: [{ volume: 'LogVolDc1', target: guestDisk('a'), sizeMiB: 1024 }],
  fileSystems: [
    { mountPoint: '/', type: 'ext3', at: { disk: 'LogVolDc1', partition: 2, volume: 'LogVol00' } },
    { mountPoint: '/boot', type: 'ext3', at: { disk: 'LogVolDc1', partition: 1 } },
  ],
  cmdline: 'root=/dev/VolGroup00/LogVol00 rootfstype=ext3 lab.lvm',
  runsOn: 'dom0a',
  volatile: ['/var/lib/lab', '/boot/lab'],
};

/** Two disks, three file systems, no volume group; one file system is the whole second disk. */
const dc2: GuestSpec = {
  name: 'dc2',
  uuid: '5d6a3e0c-0d5c-4c54-9d0e-0000000000c2',
  memoryMiB: 160,
  disks: [
    { volume: 'LogVolDc2', target: guestDisk('a'), sizeMiB: 256 },
    { volume: 'LogVolDc2-srv', target: guestDisk('b'), sizeMiB: 384 },
  ],
  fileSystems: [
    { mountPoint: '/', type: 'ext4', at: { disk: 'LogVolDc2', partition: 2 } },
    { mountPoint: '/boot', type: 'ext4', at: { disk: 'LogVolDc2', partition: 1 } },
    { mountPoint: '/srv', type: 'xfs', at: { disk: 'LogVolDc2-srv' } },
  ],
  cmdline: `root=/dev/${guestDisk('a')}2 rootfstype=ext4`,
  runsOn: 'dom0a',
  volatile: ['/var/lib/lab', '/srv/lab'],
};

/** Defined, and shut off on both hosts. */
const dc3: GuestSpec = {
  name: 'dc3',
  uuid: '5d6a3e0c-0d5c-4c54-9d0e-0000000000c3',
  memoryMiB: 160,
  disks: [{ volume: 'LogVolDc3', target: guestDisk('a'), sizeMiB: 128 }],
  fileSystems: [{ mountPoint: '/', type: 'ext4', at: { disk: 'LogVolDc3' } }],
  cmdline: `root=/dev/${guestDisk('a')} rootfstype=ext4`,
  volatile: ['/var/lib/lab'],
};

/** Those of the flavour. */
export const guests: readonly GuestSpec[] = [dc1, dc2, dc3].filter(({ name }) =>
  flavour.guests.includes(name),
);

export function guestSpec(name: string): GuestSpec {
  const found = guests.find((guest) => guest.name === name);
  if (found === undefined) {
    throw new LabError(`the lab has no guest "${name}"`, {
      remedy: `its guests are ${guests.map((guest) => guest.name).join(', ')}`,
    });
  }
  return found;
}

/** The definition, equal on both hosts. Kernel and initrd lie outside the guest's disks. */
export function domainXml(guest: GuestSpec): string {
  return flavour.definition(guest, hostVolumeGroup);
}
