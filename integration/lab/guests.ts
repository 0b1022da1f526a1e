import { LabError } from './fail.js';
import { type HostName, hostVolumeGroup } from './hosts.js';

export interface GuestDisk {
  /** Name of the logical volume on both hosts. */
  readonly volume: string;
  readonly target: string;
  readonly sizeMiB: number;
}

/** A file system of a guest, as an independent judge finds it. */
export interface GuestFileSystem {
  readonly mountPoint: string;
  readonly type: 'ext3' | 'ext4' | 'xfs';
  /** Where it lies: a whole disk, a partition of it, or a volume of the guest's own group. */
  readonly at: { readonly disk: string; readonly partition?: number; readonly volume?: string };
}

export interface GuestSpec {
  readonly name: string;
  readonly uuid: string;
  readonly memoryMiB: number;
  readonly disks: readonly GuestDisk[];
  readonly fileSystems: readonly GuestFileSystem[];
  /** Kernel command line: which root, and whether volumes must be activated first. */
  readonly cmdline: string;
  /** Where it runs in the prepared state; nowhere when it is shut off. */
  readonly runsOn?: HostName;
  /** Folders that the running guest writes to all the time: a comparison leaves them out. */
  readonly volatile: readonly string[];
}

/** The article's layout: msdos, /boot, and a volume group with root and swap. */
const dc1: GuestSpec = {
  name: 'dc1',
  uuid: '5d6a3e0c-0d5c-4c54-9d0e-0000000000c1',
  memoryMiB: 176,
  disks: [{ volume: 'LogVolDc1', target: 'xvda', sizeMiB: 1024 }],
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
    { volume: 'LogVolDc2', target: 'xvda', sizeMiB: 256 },
    { volume: 'LogVolDc2-srv', target: 'xvdb', sizeMiB: 384 },
  ],
  fileSystems: [
    { mountPoint: '/', type: 'ext4', at: { disk: 'LogVolDc2', partition: 2 } },
    { mountPoint: '/boot', type: 'ext4', at: { disk: 'LogVolDc2', partition: 1 } },
    { mountPoint: '/srv', type: 'xfs', at: { disk: 'LogVolDc2-srv' } },
  ],
  cmdline: 'root=/dev/xvda2 rootfstype=ext4',
  runsOn: 'dom0a',
  volatile: ['/var/lib/lab', '/srv/lab'],
};

/** Defined, and shut off on both hosts. */
const dc3: GuestSpec = {
  name: 'dc3',
  uuid: '5d6a3e0c-0d5c-4c54-9d0e-0000000000c3',
  memoryMiB: 160,
  disks: [{ volume: 'LogVolDc3', target: 'xvda', sizeMiB: 128 }],
  fileSystems: [{ mountPoint: '/', type: 'ext4', at: { disk: 'LogVolDc3' } }],
  cmdline: 'root=/dev/xvda rootfstype=ext4',
  volatile: ['/var/lib/lab'],
};

export const guests: readonly GuestSpec[] = [dc1, dc2, dc3];

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
  return `<domain type='xen'>
  <name>${guest.name}</name>
  <uuid>${guest.uuid}</uuid>
  <memory unit='MiB'>${guest.memoryMiB}</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64' machine='xenpv'>linux</type>
    <kernel>/boot/guest/vmlinuz</kernel>
    <initrd>/boot/guest/initrd</initrd>
    <cmdline>console=hvc0 net.ifnames=0 mitigations=off ${guest.cmdline}</cmdline>
  </os>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
  <devices>
${guest.disks.map(diskXml).join('\n')}
    <console type='pty'/>
  </devices>
</domain>
`;
}

function diskXml(disk: GuestDisk): string {
  return `    <disk type='block' device='disk'>
      <driver name='phy'/>
      <source dev='/dev/${hostVolumeGroup}/${disk.volume}'/>
      <target dev='${disk.target}' bus='xen'/>
    </disk>`;
}
