import { execHere } from './peer/exec-here.js';

/** What a guest may have, as a script that runs in an empty directory, as root. */
const posixScript = String.raw`
set -e
mkdir -p plain/deep/er empty 'a b' -- '-rf' "$(printf 'new\nline')"
echo hello > plain/file; echo ünïcödé > plain/ünïcödé
printf bytes > "$(printf 'not\377utf8\001')"
echo x > "$(printf 'new\nline')/tab	and \\ back"; echo '*' > '*'; echo q > "quote'\"$"
head -c 3000000 /dev/urandom > plain/deep/big
ln plain/deep/big plain/deep/er/same; ln plain/deep/big 'a b/third'
ln -s plain/file link; ln -s /nowhere dangling; ln -s "$(printf 'to\nnew')" oddlink
ln -P link hardlinked-link
mkfifo fifo; mknod null c 1 3; mknod loop0 b 7 0; ln null hardlinked-device
truncate -s 50M sparse; printf end | dd of=sparse bs=1 seek=30000000 conv=notrunc status=none
truncate -s 1M holes-only; : > zero
chown 12345:54321 plain/file; chown -h 777:888 link; chown 99:99 fifo
chmod 4755 plain/deep/big; chmod 2770 empty; chmod 1777 'a b'; chmod 0 zero
setfattr -n user.note -v 'a note' plain/file; setfattr -n trusted.secret -v 0x00ff10 plain/file
setfattr -n security.capability -v 0x0100000200040000000000000000000000000000 plain/ünïcödé
setfattr -n user.dir -v d empty
setfacl -m u:4321:rwx,g:1234:r-- plain/file; setfacl -d -m u:4321:rx plain/deep
touch -d '2001-02-03 04:05:06.123456789Z' plain/file
touch -h -d '1999-12-31 23:59:59.999999999Z' link
touch -d '1969-12-31 12:00:00.000000001Z' zero
touch -d '2038-01-19 03:14:08.5Z' fifo empty
touch -d '2010-10-10 10:10:10.101010101Z' plain/deep plain .
`;

const vfatScript = String.raw`
set -e
mkdir -p EFI/debian 'Long name with spaces'
head -c 200000 /dev/urandom > EFI/debian/shimx64.efi; echo x > 'Long name with spaces/ü.txt'
touch -d '2010-10-10 10:10:10Z' EFI/debian/shimx64.efi EFI/debian EFI 'Long name with spaces' .
`;

/** Fills a mounted file system with all that its type can hold. */
export async function makeSampleTree(directory: string, type: string): Promise<void> {
  const script = `cd "$1" && { ${type === 'vfat' ? vfatScript : posixScript} }`;
  const result = await execHere(['sh', '-c', script, 'sample', directory]);
  if (result.exitCode !== 0) throw new Error(`sample tree: ${result.stderr}`);
}
