import { access, mkdir, readFile, statfs } from 'node:fs/promises';
import { LabError } from '../fail.js';
import { outside } from '../outside.js';
import { paths } from '../paths.js';
import { timed } from '../say.js';

/** A command the build needs and the Debian package that brings it. */
const needed: ReadonlyMap<string, string> = new Map([
  ['qemu-system-x86_64', 'qemu-system-x86'],
  ['qemu-img', 'qemu-utils'],
  ['mmdebstrap', 'mmdebstrap'],
  ['mke2fs', 'e2fsprogs'],
  ['mkfs.xfs', 'xfsprogs'],
  ['lvcreate', 'lvm2'],
  ['sfdisk', 'fdisk'],
  ['losetup', 'mount'],
  ['setfattr', 'attr'],
  ['setfacl', 'acl'],
  ['setcap', 'libcap2-bin'],
  ['busybox', 'busybox-static'],
  ['cpio', 'cpio'],
  ['depmod', 'kmod'],
  ['gzip', 'gzip'],
  ['ssh', 'openssh-client'],
  ['ssh-keygen', 'openssh-client'],
]);

const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const freeBytesNeeded = 12 * 1024 ** 3;
const freeMemoryKiB = 6 * 1024 ** 2;

/** Refuses early, in plain words, what would fail late and unclearly. */
export async function checkMachine(): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new LabError('the lab must be run by root (it mounts images and makes device nodes)', {
      remedy: 'run it again as root',
    });
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new LabError(
      `the lab needs Linux on x86-64, this is ${process.platform} ${process.arch}`,
    );
  }
  await mkdir(paths.cache, { recursive: true, mode: 0o700 });
  await checkMemory();
}

export async function checkSpace(): Promise<void> {
  const { bavail, bsize } = await statfs(paths.cache);
  if (bavail * bsize < freeBytesNeeded) {
    throw new LabError(`${paths.cache} has ${toGiB(bavail * bsize)} GiB free, a build needs 12`, {
      remedy: 'free some space, or set XEN_BACKUP_LAB_DIR to a folder on a larger disk',
    });
  }
}

async function checkMemory(): Promise<void> {
  const text = await readFile('/proc/meminfo', 'utf8');
  const available = Number(/^MemAvailable:\s+(\d+) kB/m.exec(text)?.[1] ?? 0);
  if (available < freeMemoryKiB) {
    throw new LabError(`${toGiB(available * 1024)} GiB of memory are free, the two hosts need 6`, {
      remedy: 'stop what uses the memory',
    });
  }
}

/** Installs the Debian packages of the commands that are not there. */
export async function installMissing(): Promise<void> {
  const missing = await missingPackages();
  if (missing.length === 0) return;
  await outside(['sh', '-c', 'command -v apt-get'], { accept: [0] }).catch(() => {
    throw new LabError(`these packages are needed: ${missing.join(' ')}`, {
      remedy: 'this is no Debian machine: install the commands another way',
    });
  });
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await timed(`installing ${missing.join(' ')}`, async () => {
    // Another installation may be under way: apt waits for it, if told so.
    const apt = ['apt-get', '-q', '-y', '-o', 'DPkg::Lock::Timeout=300'] as const;
    await outside([...apt, 'update'], { timeoutMs: 600_000, env });
    const install = ['install', '--no-install-recommends', ...missing];
    await outside([...apt, ...install], { timeoutMs: 900_000, env });
  });
  const still = await missingPackages();
  if (still.length > 0)
    throw new LabError(`still missing after the installation: ${still.join(' ')}`);
}

async function missingPackages(): Promise<string[]> {
  const missing = new Set<string>();
  for (const [command, name] of needed) {
    if (!(await isInstalled(command))) missing.add(name);
  }
  return [...missing];
}

async function isInstalled(command: string): Promise<boolean> {
  for (const dir of searchPath.split(':')) {
    try {
      await access(`${dir}/${command}`);
      return true;
    } catch {
      // The next folder may have it.
    }
  }
  return false;
}

function toGiB(bytes: number): string {
  return (bytes / 1024 ** 3).toFixed(1);
}
