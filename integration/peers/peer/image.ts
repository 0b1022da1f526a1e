import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { release, writeAptSources } from '../../lab/build/apt-sources.js';
import { here, tryHere } from './exec-here.js';

const packages = [
  ...['openssh-server', 'rsync', 'sudo', 'procps', 'acl', 'attr', 'libcap2-bin'],
  ...['e2fsprogs', 'xfsprogs', 'dosfstools', 'mount', 'util-linux'],
];

// Without PAM, sshd takes an account without a password for locked: '*' is none, but not locked.
const customize = [
  'chroot "$1" useradd -m -s /bin/bash -p "*" keeper',
  'chroot "$1" useradd -m -s /bin/bash -p "*" nobody-special',
  'echo "keeper ALL=(root) NOPASSWD: ALL" > "$1/etc/sudoers.d/keeper"',
];

/**
 * The image of a peer, built from the packages that this machine's apt gets, once for each list
 * of packages. No registry is asked for anything.
 *
 * @returns its name
 */
export async function buildImage(): Promise<string> {
  const recipe = JSON.stringify([release, packages, customize]);
  const name = `xen-backup-peer:${createHash('sha256').update(recipe).digest('hex').slice(0, 12)}`;
  if (tryHere(['docker', 'image', 'inspect', name]).exitCode === 0) return name;
  const work = mkdtempSync(join(tmpdir(), 'xen-backup-image-'));
  try {
    const sources = await writeAptSources(join(work, 'sources'));
    const archive = join(work, 'root.tar');
    const include = `--include=${packages.join(',')}`;
    const hooks = customize.map((command) => `--customize-hook=${command}`);
    const slim = [
      '--dpkgopt=path-exclude=/usr/share/man/*',
      '--dpkgopt=path-exclude=/usr/share/doc/*',
    ];
    const argv = ['--variant=minbase', ...slim, include, ...hooks, release, archive, ...sources];
    here(['mmdebstrap', ...argv]);
    here(['docker', 'import', archive, name]);
    return name;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** True when the machine has what building needs. */
export function canBuildImage(): boolean {
  return (
    tryHere(['sh', '-c', 'command -v mmdebstrap']).exitCode === 0 &&
    readFileSync('/etc/os-release', 'utf8').includes('ID=debian')
  );
}
