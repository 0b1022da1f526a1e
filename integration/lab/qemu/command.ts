import { flavour } from '../flavours/chosen.js';
import { type HostSpec, peerOf } from '../hosts.js';
import { type DiskRole, diskRoles, paths, runFile, runOverlay } from '../paths.js';

/** Name of the saved machine inside the overlays. */
export const snapshotName = 'prepared';

/** What the process of a host is called; it tells our machines from others. */
export const machineName = (host: HostSpec): string =>
  `xen-backup-lab${flavour.suffix}-${host.name}`;

export const sockets = {
  qmp: (host: HostSpec): string => runFile(host.name, 'qmp'),
  console: (host: HostSpec): string => runFile(host.name, 'console'),
};

/**
 * The command line of one host. Nehalem is the processor with which Xen, Dom0 and libvirt's Xen
 * driver all work under emulation: `max` crashes Dom0, and libvirt refuses qemu64 and Opteron_G3.
 */
export function qemuCommand(
  host: HostSpec,
  options: { readonly load: boolean },
): [string, ...string[]] {
  return [
    'qemu-system-x86_64',
    ...['-name', machineName(host)],
    ...['-accel', 'tcg,thread=multi', '-cpu', 'Nehalem', '-smp', '1', '-m', `${flavour.memoryMiB}`],
    ...['-display', 'none', '-no-user-config', '-nodefaults', '-no-reboot'],
    ...flavour.boot(paths),
    ...diskRoles.flatMap((role) => disk(host, role)),
    ...control(host),
    ...link(host),
    ...['-qmp', `unix:${sockets.qmp(host)},server=on,wait=off`],
    ...[
      '-chardev',
      `socket,id=console,path=${sockets.console(host)},server=on,wait=off,logfile=${runFile(host.name, 'console.log')}`,
    ],
    ...['-serial', 'chardev:console'],
    ...['-pidfile', runFile(host.name, 'pid'), '-daemonize'],
    ...(options.load ? ['-loadvm', snapshotName] : []),
  ];
}

/** Power cuts are not simulated by losing QEMU's cache, so flushes may cost nothing. */
function disk(host: HostSpec, role: DiskRole): string[] {
  return [
    '-drive',
    `if=virtio,format=qcow2,cache=unsafe,discard=unmap,file=${runOverlay(host.name, role)}`,
  ];
}

/** For control: nothing goes out (`restrict`), sshd comes in on 127.0.0.1. */
function control(host: HostSpec): string[] {
  return [
    '-netdev',
    `user,id=control,restrict=on,ipv6=off,hostfwd=tcp:127.0.0.1:${host.sshPort}-:22`,
    '-device',
    `virtio-net-pci,netdev=control,mac=${host.controlMac},romfile=`,
  ];
}

/** The cable between the hosts: a pair of UDP ports on loopback. It survives a saved state. */
function link(host: HostSpec): string[] {
  const peer = peerOf(host);
  return [
    '-netdev',
    `socket,id=link,udp=127.0.0.1:${peer.linkPort},localaddr=127.0.0.1:${host.linkPort}`,
    '-device',
    `virtio-net-pci,netdev=link,mac=${host.linkMac},romfile=`,
  ];
}
