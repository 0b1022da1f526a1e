import { chmod, copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LabError } from '../fail.js';
import { flavour } from '../flavours/chosen.js';
import { outside } from '../outside.js';
import { paths } from '../paths.js';
import { release, writeAptSources } from './apt-sources.js';

const packages = [
  // The system and its hypervisor
  ...['linux-image-amd64', 'systemd-sysv', 'udev', 'dbus', 'kmod', 'procps', 'psmisc', 'busybox'],
  ...['libvirt-daemon-system', 'libvirt-clients', ...flavour.packages],
  // Volumes and file systems
  ...['lvm2', 'dmeventd', 'thin-provisioning-tools', 'kpartx', 'parted', 'fdisk', 'util-linux'],
  ...['e2fsprogs', 'xfsprogs', 'btrfs-progs', 'dosfstools', 'acl', 'attr', 'libcap2-bin'],
  ...['qemu-utils'],
  // Copying and control
  ...['rsync', 'openssh-server', 'openssh-client', 'iproute2', 'sudo', 'libstdc++6'],
  // What the 2009 script calls
  ...['libxml2-utils', 'bind9-host'],
];

/** Drivers of hardware that QEMU does not show; they are most of the kernel's 400 MB. */
const unusedModules = [
  ...['drivers/gpu', 'drivers/media', 'drivers/infiniband', 'drivers/staging', 'drivers/usb'],
  ...['drivers/iio', 'drivers/hwmon', 'drivers/video', 'drivers/input', 'drivers/scsi'],
  ...['drivers/platform', 'drivers/bluetooth', 'drivers/isdn', 'drivers/mtd', 'drivers/ata'],
  ...['drivers/nvme', 'drivers/target', 'drivers/thunderbolt', 'drivers/hid', 'drivers/mmc'],
  ...['drivers/net/wireless', 'drivers/net/ethernet', 'drivers/net/usb', 'drivers/net/can'],
  ...['sound', 'net/bluetooth', 'net/mac80211', 'net/wireless', 'fs/ceph', 'fs/ocfs2'],
];

/** The Debian system of a Dom0, with nothing in it that tells one host from the other. */
export async function buildRootTree(): Promise<void> {
  await rm(paths.rootTree, { recursive: true, force: true });
  await mkdir(paths.work, { recursive: true });
  const sources = await writeAptSources(path.join(paths.work, 'apt-sources'));
  const hook = path.join(paths.work, 'customize.sh');
  await writeFile(hook, customizeScript);
  await chmod(hook, 0o755);
  await outside(
    [
      ...(['nice', '-n', '5', 'mmdebstrap', '--mode=root', '--variant=minbase'] as const),
      `--include=${packages.join(',')}`,
      '--dpkgopt=path-exclude=/usr/share/man/*',
      '--dpkgopt=path-exclude=/usr/share/locale/*',
      `--customize-hook=${hook} "$1"`,
      release,
      paths.rootTree,
      ...sources,
    ],
    { timeoutMs: 1_800_000 },
  );
  await copyFile(nodeBinary(), path.join(paths.rootTree, 'usr/local/bin/node'));
  await chmod(path.join(paths.rootTree, 'usr/local/bin/node'), 0o755);
  await takeKernels();
}

const customizeScript = `#!/bin/sh
set -eu
root=$1
modules=$(echo "$root"/lib/modules/*)
for unused in ${unusedModules.join(' ')}; do rm -rf "$modules/kernel/$unused"; done
chroot "$root" depmod "\${modules##*/}"
printf 'virtio_pci\\nvirtio_blk\\next4\\n' >> "$root/etc/initramfs-tools/modules"
echo MODULES=list > "$root/etc/initramfs-tools/conf.d/lab"
chroot "$root" update-initramfs -u -k all
`;

/** The running Node itself: the bundle runs on the hosts with what runs it here. */
function nodeBinary(): string {
  return process.env['XEN_BACKUP_LAB_NODE'] ?? process.execPath;
}

/** The hypervisor and the host's kernel lie outside the images: QEMU loads them, without a boot loader. */
async function takeKernels(): Promise<void> {
  const boot = path.join(paths.rootTree, 'boot');
  const names = await readdir(boot);
  const find = (pattern: RegExp): string => {
    const name = names.find((candidate) => pattern.test(candidate));
    if (name === undefined) throw new LabError(`${boot} has no file like ${pattern.source}`);
    return path.join(boot, name);
  };
  await mkdir(paths.kernels, { recursive: true });
  await copyFile(find(/^vmlinuz-/), paths.kernel);
  await copyFile(find(/^initrd\.img-/), paths.initrd);
  if (flavour.hypervisorImage === undefined) return;
  await copyFile(find(flavour.hypervisorImage), `${paths.hypervisor}.gz`);
  await outside(['gunzip', '-f', `${paths.hypervisor}.gz`]);
}
