import {
  appendFileSync,
  linkSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';

interface Place {
  readonly name: string;
  readonly type: string;
}

/** How the guest itself would mount it all: every way of naming, children before parents. */
const fstab = `# layouts of the lab
/dev/shared/web-01.disk2        /srv/www   ext4   defaults  0 2
/dev/mapper/shared-LogVolDomU1  /srv       ext4   defaults  0 2
/dev/xvda2                      /          xfs    defaults  0 0
/dev/xvda1                      /boot/efi  vfat   umask=077 0 2
/dev/sdd1                       /boot      ext2   defaults  0 2
/dev/xvdd6                      /var       ext3   defaults  0 2
/dev/xvdb                       /home      ext4   defaults  0 2
/dev/xvde                       /data      btrfs  subvol=@,nofail  0 0
/dev/xvde                       /data/home btrfs  subvol=@home,nofail 0 0
/dev/xvda3                      none       swap   sw        0 0
`;

/** What is there when the standby is seeded. */
export function fillFiles(root: string, { name, type }: Place): void {
  mkdirSync(`${root}/kept/deep`, { recursive: true });
  for (let number = 0; number < 20; number += 1) {
    writeFileSync(`${root}/kept/deep/${String(number)}`, `${name} ${String(number)}\n`.repeat(100));
  }
  writeFileSync(`${root}/kept/gone`, 'removed later\n');
  if (type !== 'vfat') {
    linkSync(`${root}/kept/deep/1`, `${root}/kept/linked`);
    symlinkSync('deep/2', `${root}/kept/soft`);
  }
  if (name !== 'root') return;
  mkdirSync(`${root}/etc`);
  writeFileSync(`${root}/etc/fstab`, fstab);
}

/** What the guest did since. */
export function changeFiles(root: string, { type }: Place, text: string): void {
  writeFileSync(`${root}/today`, `${text}\n`);
  appendFileSync(`${root}/kept/deep/3`, `${text}\n`);
  rmSync(`${root}/kept/gone`);
  mkdirSync(`${root}/kept/new`);
  writeFileSync(`${root}/kept/new/hole`, 'begins');
  if (type !== 'vfat') truncateSync(`${root}/kept/new/hole`, 4 * 2 ** 20);
}
