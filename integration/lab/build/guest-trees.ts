import { chmod, copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { flavour } from '../flavours/chosen.js';
import { outside } from '../outside.js';
import { paths } from '../paths.js';

export interface SmallRoot {
  readonly hostname: string;
  readonly fstab: string;
  /** Folders that the guest writes to as long as it runs. */
  readonly writesTo: readonly string[];
}

/** A root that boots: busybox as init, a login on the console, and the writer. */
export async function fillSmallRoot(root: string, options: SmallRoot): Promise<void> {
  const put = async (file: string, text: string, mode = 0o644): Promise<void> => {
    const target = path.join(root, file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, text);
    await chmod(target, mode);
  };
  const folders = ['bin', 'sbin', 'etc', 'root', 'proc', 'sys', 'dev', 'run', 'boot', 'srv', 'mnt'];
  for (const folder of [...folders, 'var/lib/lab', 'usr/local/sbin']) {
    await mkdir(path.join(root, folder), { recursive: true });
  }
  await mkdir(path.join(root, 'tmp'));
  await chmod(path.join(root, 'tmp'), 0o1777);
  await copyFile('/bin/busybox', path.join(root, 'bin/busybox'));
  for (const name of ['sh', 'mount', 'umount', 'cat', 'ls', 'login']) {
    await symlink('busybox', path.join(root, 'bin', name));
  }
  for (const name of ['init', 'getty', 'swapon', 'poweroff']) {
    await symlink('../bin/busybox', path.join(root, 'sbin', name));
  }
  await put('etc/passwd', 'root::0:0:root:/root:/bin/sh\n');
  await put('etc/group', 'root:x:0:\n');
  await put('etc/hostname', `${options.hostname}\n`);
  await put('etc/issue', `A guest of the xen-backup lab, \\n on \\l\n`);
  await put('etc/fstab', options.fstab);
  await put('etc/inittab', inittab);
  await put('etc/lab-writer', `${options.writesTo.join('\n')}\n`);
  await put('etc/rc', startScript, 0o755);
  await put('usr/local/sbin/lab-writer', writerScript, 0o755);
}

const inittab = `::sysinit:/etc/rc
::respawn:/usr/local/sbin/lab-writer
${flavour.guestConsole}::respawn:/sbin/getty -L 115200 ${flavour.guestConsole} vt100
::shutdown:/bin/umount -a -r
`;

const startScript = `#!/bin/sh
export PATH=/bin:/sbin
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mkdir -p /dev/pts /dev/shm
/bin/busybox mount -t tmpfs tmpfs /run
mkdir -p /run/bin && /bin/busybox --install -s /run/bin
/run/bin/hostname -F /etc/hostname
/run/bin/mount -a
/run/bin/swapon -a 2>/dev/null
echo "lab: mounted"; /run/bin/grep -E '${flavour.diskPrefix}|dm-|mapper|VolGroup' /proc/mounts
`;

/** Keeps files changing: a counter by rename, a log by appending, small files made and removed. */
const writerScript = `#!/bin/sh
export PATH=/run/bin
n=$(cat /var/lib/lab/counter 2>/dev/null || echo 0)
while true; do
  n=$((n + 1))
  while read -r folder; do
    mkdir -p "$folder"
    echo $n > "$folder/counter.new" && mv "$folder/counter.new" "$folder/counter"
    echo "$n $(date +%s)" >> "$folder/log"
    [ $((n % 2000)) -ne 0 ] || mv "$folder/log" "$folder/log.old"
    head -c 16384 /dev/urandom > "$folder/churn.$((n % 16))"
    rm -f "$folder/churn.$(((n + 8) % 16))"
  done < /etc/lab-writer
  sync
  sleep 8
done
`;

/** /boot as a distribution leaves it, with a folder that the guest keeps writing to. */
export async function fillBoot(folder: string, guest: string): Promise<void> {
  await mkdir(path.join(folder, 'grub'));
  await writeFile(path.join(folder, 'grub/grub.conf'), `title ${guest}\n  root (hd0,0)\n`);
  await symlink('grub.conf', path.join(folder, 'grub/menu.lst'));
  await copyFile(paths.kernel, path.join(folder, 'vmlinuz'));
  await copyFile(paths.guestInitrd, path.join(folder, 'initrd.img'));
  await mkdir(path.join(folder, 'lab'));
}

/** /srv: a few hundred files of a service, on XFS. */
export async function fillSrv(folder: string): Promise<void> {
  await mkdir(path.join(folder, 'lab'));
  await outside(['cp', '-a', path.join(paths.rootTree, 'usr/share/perl5'), folder]);
  const script = `cd "$1"
for i in $(seq 1 100); do mkdir -p "mail/$((i % 10))"; echo "message $i" > "mail/$((i % 10))/$i.eml"; done
ln mail/1/1.eml mail/hard-link.eml
setfattr -n user.service -v mail mail
setfacl -m u:1000:r mail/1/1.eml
truncate -s 20M sparse.db; printf end | dd of=sparse.db bs=1 seek=20971000 conv=notrunc status=none
`;
  await outside(['sh', '-eu', '-c', script, 'fill-srv', folder]);
}
