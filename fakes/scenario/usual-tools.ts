import type { InstalledTool } from '../world/state.js';

/** Versions of Debian 12, by tool. */
const versions: Readonly<Record<string, readonly string[]>> = {
  '2.03.16(2) (2022-05-18)': [
    'lvm',
    'lvmconfig',
    'lvs',
    'vgs',
    'pvs',
    'pvscan',
    'lvcreate',
    'lvremove',
    'lvchange',
    'lvextend',
    'vgchange',
  ],
  '1.02.185 (2022-05-18)': ['dmsetup'],
  '0.9.4': ['kpartx'],
  '3.5': ['parted'],
  '2.38.1': [
    'blkid',
    'blockdev',
    'losetup',
    'lsblk',
    'findmnt',
    'mount',
    'umount',
    'flock',
    'ionice',
    'setsid',
  ],
  '252': ['udevadm', 'systemctl', 'systemd-run'],
  '9.0.0': ['virsh'],
  '7.2.22': ['qemu-img', 'qemu-nbd'],
  '3.2.7': ['rsync'],
  '9.2p1': ['ssh'],
  '9.1': [
    'cat',
    'dd',
    'head',
    'tail',
    'find',
    'ls',
    'mkdir',
    'mv',
    'od',
    'rm',
    'rmdir',
    'readlink',
    'sort',
    'sha256sum',
    'stat',
    'sync',
    'test',
    'timeout',
    'touch',
    'tr',
    'true',
    'uname',
    'env',
    'sleep',
    'kill',
    'pgrep',
    'dmesg',
    'sh',
    'sudo',
    'logger',
    'grep',
    'sed',
  ],
};

/** What a Dom0 with everything on it has, with a scenario's differences. */
export function installedTools(
  differences: Readonly<Record<string, string | null>> = {},
): ReadonlyMap<string, InstalledTool> {
  const tools = new Map<string, InstalledTool>();
  for (const [version, names] of Object.entries(versions)) {
    for (const name of names) tools.set(name, { path: `/usr/sbin/${name}`, version });
  }
  for (const [name, version] of Object.entries(differences)) {
    if (version === null) tools.delete(name);
    else tools.set(name, { path: `/usr/sbin/${name}`, version });
  }
  return tools;
}
