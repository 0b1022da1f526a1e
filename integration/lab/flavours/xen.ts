import type { GuestDisk } from '../specs.js';
import { type Flavour, kernelOptions } from './flavour.js';

const xenOptions = 'console=com1 com1=115200,8n1 dom0_mem=1024M,max:1024M';

const disk = (group: string, { volume, target }: GuestDisk): string =>
  `    <disk type='block' device='disk'>
      <driver name='phy'/>
      <source dev='/dev/${group}/${volume}'/>
      <target dev='${target}' bus='xen'/>
    </disk>`;

/** Xen with libvirt's own driver and paravirtual guests: what the tool is made for. */
export const xen: Flavour = {
  name: 'xen',
  title: 'Two real Xen hosts in a box',
  suffix: '',
  portOffset: 0,
  libvirtUri: 'xen:///system',
  packages: ['xen-system-amd64', 'libvirt-daemon-driver-xen'],
  hostFiles: {
    'etc/default/xen': 'XENCONSOLED_ARGS="--log=guest --log-dir=/var/log/xen/console"\n',
    'var/log/xen/console/': '',
  },
  idleUnits: ['systemd-machined.service'],
  hypervisorImage: /^xen-[\d.]+-amd64\.gz$/,
  versionScript: "xl info | sed -n 's/^xen_version *: //p'",
  memoryMiB: 2048,
  boot: ({ kernel, initrd, hypervisor }) => [
    ...['-kernel', hypervisor, '-append', xenOptions],
    ...['-initrd', `${kernel} ${kernelOptions('hvc0')},${initrd}`],
  ],
  guests: ['dc1', 'dc2', 'dc3'],
  diskPrefix: 'xvd',
  guestModules: ['xen-blkfront'],
  guestConsole: 'hvc0',
  consoleLog: (guest) => `/var/log/xen/console/guest-${guest}.log`,
  consoleOpenSeconds: 0,
  definition: (guest, group) => `<domain type='xen'>
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
${guest.disks.map((each) => disk(group, each)).join('\n')}
    <console type='pty'/>
  </devices>
</domain>
`,
  guestPatience: 1,
};
