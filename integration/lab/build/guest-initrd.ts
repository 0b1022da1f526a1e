import { chmod, copyFile, cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LabError } from '../fail.js';
import { flavour } from '../flavours/chosen.js';
import { guestDisk } from '../guests.js';
import { outside } from '../outside.js';
import { paths } from '../paths.js';

/** Loaded in this order of need; `modprobe` brings what they depend on. */
const modules = ['crc32c_generic', ...flavour.guestModules, 'ext4', 'xfs', 'dm-mod'];

const busybox = '/bin/busybox';

/**
 * The start of every guest: finds its disks, activates its own volume group with the real lvm,
 * mounts its root and hands over to the init that lies on its disk. A few MB instead of a
 * distribution's initrd, so that a guest needs little memory.
 */
export async function buildGuestInitrd(): Promise<void> {
  const tree = path.join(paths.work, 'guest-initrd');
  await rm(tree, { recursive: true, force: true });
  for (const dir of ['bin', 'sbin', 'proc', 'sys', 'dev', 'run', 'newroot', 'etc/lvm']) {
    await mkdir(path.join(tree, dir), { recursive: true });
  }
  await copyFile(busybox, path.join(tree, 'bin/busybox'));
  await copyModules(tree);
  await copyWithLibraries('/sbin/lvm', tree);
  await writeFile(path.join(tree, 'etc/lvm/lvm.conf'), lvmConf);
  await writeFile(path.join(tree, 'init'), init);
  await chmod(path.join(tree, 'init'), 0o755);
  await outside([
    'sh',
    '-c',
    'cd "$1" && find . | cpio --quiet --create --format=newc | gzip -1 > "$2"',
    'pack',
    tree,
    paths.guestInitrd,
  ]);
}

async function copyModules(tree: string): Promise<void> {
  const [version] = await readdir(path.join(paths.rootTree, 'lib/modules'));
  if (version === undefined) throw new LabError('the root tree has no kernel modules');
  const { stdout } = await outside([
    ...(['chroot', paths.rootTree, 'modprobe', '--show-depends', '--all'] as const),
    ...['--set-version', version, ...modules],
  ]);
  for (const line of stdout.split('\n')) {
    const file = /^insmod (\S+)/.exec(line)?.[1];
    if (file !== undefined) await cp(path.join(paths.rootTree, file), path.join(tree, file));
  }
  const lists = ['modules.order', 'modules.builtin', 'modules.builtin.modinfo'];
  for (const name of lists) {
    const file = path.join('lib/modules', version, name);
    await copyFile(path.join(paths.rootTree, file), path.join(tree, file));
  }
  await outside(['depmod', '-b', tree, version]);
}

async function copyWithLibraries(program: string, tree: string): Promise<void> {
  const { stdout } = await outside(['chroot', paths.rootTree, 'ldd', program]);
  const libraries = [...stdout.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map((match) => match[1] ?? '');
  for (const file of [program, ...libraries]) {
    await mkdir(path.join(tree, path.dirname(file)), { recursive: true });
    await outside(['cp', '-L', path.join(paths.rootTree, file), path.join(tree, file)]);
  }
}

/** There is no udev in here: lvm makes its device nodes itself. */
const lvmConf = `activation { udev_sync=0 udev_rules=0 monitoring=0 verify_udev_operations=0 }
devices { obtain_device_list_from_udev=0 use_devicesfile=0 dir="/dev" scan="/dev" }
backup { backup=0 archive=0 }
`;

const init = `#!/bin/busybox sh
export PATH=/bin:/sbin
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
modprobe -a ${modules.join(' ')}
for word in $(cat /proc/cmdline); do
  case $word in
    root=*) root=\${word#root=} ;;
    rootfstype=*) type=\${word#rootfstype=} ;;
    lab.lvm) lvm=yes ;;
  esac
done
tries=0
until [ -b /dev/${guestDisk('a')} ] || [ $tries -ge 60 ]; do sleep 1; tries=$((tries+1)); done
[ -z "$lvm" ] || lvm vgchange --sysinit -ay
if mount -t $type -o rw $root /newroot; then
  echo "lab: root is $root"
  umount /proc /sys
  mount -o move /dev /newroot/dev
  exec switch_root /newroot /sbin/init
fi
echo "lab: cannot mount $root"
exec sh
`;
