import path from 'node:path';
import { outside } from '../outside.js';
import { paths } from '../paths.js';
import { fillSmallRoot } from './guest-trees.js';

/** fstab as CentOS 5 wrote it: one device by path, one by label, and what is no disk. */
const fstab = `/dev/VolGroup00/LogVol00 /                       ext3    defaults        1 1
LABEL=BOOT              /boot                   ext3    defaults        1 2
tmpfs                   /dev/shm                tmpfs   defaults        0 0
devpts                  /dev/pts                devpts  gid=5,mode=620  0 0
sysfs                   /sys                    sysfs   defaults        0 0
proc                    /proc                   proc    defaults        0 0
/dev/VolGroup00/LogVol01 swap                    swap    defaults        0 0
`;

/** dc1's root: it boots, holds some thousand real files, and everything that copies lose. */
export async function fillArticleRoot(root: string): Promise<void> {
  await outside(['sh', '-eu', '-c', realFiles, 'fill', root, paths.rootTree]);
  await fillSmallRoot(root, { hostname: 'dc1', fstab, writesTo: ['/var/lib/lab', '/boot/lab'] });
  await fillOddFiles(root);
}

/** `/odd`: one of each thing that a careless copy drops, flattens or trips over. */
export async function fillOddFiles(root: string): Promise<void> {
  await outside(['bash', '-eu', '-c', oddFiles, 'fill', path.join(root, 'odd')]);
}

/** Taken from the Dom0's own system: documentation, libraries, programs, settings. */
const realFiles = `root=$1 tree=$2
mkdir -p "$root/usr/share" "$root/usr/lib/tools"
cp -a "$tree/etc" "$root/etc"
rm -f "$root/etc/passwd" "$root/etc/shadow" "$root/etc/fstab" "$root/etc/hostname"
for part in doc zoneinfo perl perl5 bash-completion; do
  cp -a "$tree/usr/share/$part" "$root/usr/share/"
done
cp -a "$tree"/usr/sbin/* "$root/usr/lib/tools/"
cp -a "$tree/usr/bin/sudo" "$tree/usr/bin/su" "$root/usr/lib/tools/"
chown -R 48:48 "$root/usr/share/doc/rsync"
`;

const oddFiles = `mkdir -p "$1"; cd "$1"
mkdir names links xattrs devices sparse times owners empty-folder
cd names
for name in 'with space' ' leading' 'trailing ' '-rf' '--delete' '*' '?' "quote'" 'dq"' '\\back' '$(id)' \\
  'semi;colon' '#hash' '~' 'per%cent' '.hidden' 'ünïcödé' '日本語' '+ plus' '[brackets]' '&amp;'; do
  printf '%s' "content of $name" > "./$name"
done
printf x > ./$'new\\nline'; printf y > ./$'tab\\tname'; printf z > ./$'latin1-\\xe9\\xff'; printf w > ./$'cr\\r'
printf v > "./$(printf 'n%.0s' $(seq 1 255))"
mkdir ./$'folder\\nwith newline'; printf u > ./$'folder\\nwith newline/inside'
deep=.; for i in $(seq 1 40); do deep=$deep/deep-$i; done; mkdir -p "$deep"; printf t > "$deep/bottom"
cd ../links
printf 'one inode, three names' > first; ln first second; mkdir sub; ln first sub/third
ln -s first soft; ln -s /etc/passwd absolute; ln -s does-not-exist dangling; ln -s ../.. up
ln -s $'target\\nwith newline' newline-target; ln soft hard-to-soft
chown -h 1234:4321 dangling
cd ../xattrs
printf a > plain; setfattr -n user.comment -v 'a value' plain
printf b > binary; setfattr -n user.binary -v 0x00ff0a0d00 binary
printf c > empty-value; setfattr -n user.empty -v '' empty-value
printf d > large; setfattr -n user.large -v "$(head -c 1500 /dev/zero | tr '\\0' v)" large
printf e > trusted; setfattr -n trusted.secret -v hidden trusted
mkdir folder; setfattr -n user.on.folder -v yes folder
printf f > acl; setfacl -m u:1000:rw,g:100:r,m::rw acl
mkdir default-acl; setfacl -m d:u:1001:rwx,d:g:100:rx default-acl
cp /bin/true capable; setcap cap_net_raw,cap_net_admin+ep capable
cd ../devices
mknod null c 1 3; mknod block b 7 200; mknod -m 600 console c 5 1; mkfifo pipe; chmod 622 pipe
cd ../sparse
truncate -s 32M all-hole
truncate -s 64M some-data; for at in 0 17 40 63; do
  printf "at $at" | dd of=some-data bs=1M seek=$at conv=notrunc status=none; done
head -c 300000 /dev/zero > written-zeros
head -c 4194304 /dev/urandom > dense
cd ../times
printf g > nanoseconds; touch -d '2009-04-03 12:34:56.123456789' nanoseconds
printf h > before-1970; touch -d '1965-02-03 04:05:06' before-1970
printf i > future; touch -d '2037-12-31 23:59:59.999999999' future
ln -s nowhere old-link; touch -h -d '2001-02-03 04:05:06.7' old-link
mkdir old-folder; printf j > old-folder/file; touch -d '2005-05-05 05:05:05.5' old-folder
cd ../owners
for id in 1 500 65533 1000000; do printf k > "uid-$id"; chown "$id:$id" "uid-$id"; done
for mode in 0000 0400 1777 2755 4755 6711; do printf l > "mode-$mode"; chmod "$mode" "mode-$mode"; done
mkdir sticky; chmod 1777 sticky; mkdir setgid; chgrp 100 setgid; chmod 2775 setgid
`;
