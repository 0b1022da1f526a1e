import type { GuestDisk } from '../specs.js';
import { type Flavour, kernelOptions } from './flavour.js';

const consoleLog = (guest: string): string => `/var/log/libvirt/qemu/guest-${guest}.log`;

/** As virt-install writes it: QEMU's cache is left at its default. */
const disk = (group: string, { volume, target }: GuestDisk): string =>
  `    <disk type='block' device='disk'>
      <driver name='qemu' type='raw'/>
      <source dev='/dev/${group}/${volume}'/>
      <target dev='${target}' bus='virtio'/>
    </disk>`;

/**
 * libvirt's QEMU driver on the same system without Xen. There is no KVM inside an emulated
 * machine, so the guest is emulated too: of type `qemu` instead of `kvm`, which is all that differs
 * for libvirt. Emulation in emulation: one guest, and no device that it does not need.
 */
export const kvm: Flavour = {
  name: 'kvm',
  title: "Two hosts with libvirt's QEMU driver in a box",
  suffix: '-kvm',
  portOffset: 20,
  libvirtUri: 'qemu:///system',
  packages: ['qemu-system-x86', 'libvirt-daemon-driver-qemu'],
  hostFiles: {},
  // The QEMU driver registers its guests with systemd-machined.
  idleUnits: [],
  versionScript: 'qemu-system-x86_64 --version | head -n 1',
  memoryMiB: 1536,
  boot: ({ kernel, initrd }) => [
    ...['-kernel', kernel, '-append', kernelOptions('ttyS0')],
    ...['-initrd', initrd],
  ],
  guests: ['dc1'],
  diskPrefix: 'vd',
  guestModules: ['virtio_pci', 'virtio_blk'],
  guestConsole: 'ttyS0',
  consoleLog,
  // QEMU looks once a second whether somebody has opened it.
  consoleOpenSeconds: 3,
  // The emulated timer is late: the kernel must not conclude that there is none.
  definition: (guest, group) => `<domain type='qemu'>
  <name>${guest.name}</name>
  <uuid>${guest.uuid}</uuid>
  <memory unit='MiB'>${guest.memoryMiB}</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
    <kernel>/boot/guest/vmlinuz</kernel>
    <initrd>/boot/guest/initrd</initrd>
    <cmdline>console=ttyS0 net.ifnames=0 mitigations=off no_timer_check ${guest.cmdline}</cmdline>
  </os>
  <features>
    <acpi/>
  </features>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
  <devices>
${guest.disks.map((each) => disk(group, each)).join('\n')}
    <controller type='usb' model='none'/>
    <serial type='pty'>
      <log file='${consoleLog(guest.name)}' append='on'/>
      <target port='0'/>
    </serial>
    <memballoon model='none'/>
  </devices>
</domain>
`,
  guestPatience: 5,
};
