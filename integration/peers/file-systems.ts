import { setTimeout as sleep } from 'node:timers/promises';
import type { RootIdentity } from '../../src/core/model/index.js';
import type { ProvenMount } from '../../src/ports/index.js';
import type { ExecResult } from './peer/peer.js';

type Exec = (argv: readonly string[]) => Promise<ExecResult>;

export type FileSystemType = 'ext4' | 'xfs' | 'vfat' | 'btrfs';

/** A loop-mounted file system of one side. */
export interface MountedFileSystem extends ProvenMount {
  readonly image: string;
  unmount(): Promise<void>;
}

let count = 0;

/** Makes and mounts a new file system beneath a directory of that side. */
export async function mountNew(
  exec: Exec,
  directory: string,
  type: FileSystemType,
  sizeMiB: number,
): Promise<MountedFileSystem> {
  count += 1;
  const image = `${directory}/${type}-${count}.img`;
  const mountPoint = `${directory}/${type}-${count}`;
  const make = {
    ext4: 'mkfs.ext4 -q -F',
    xfs: 'mkfs.xfs -q',
    vfat: 'mkfs.vfat',
    btrfs: 'mkfs.btrfs -q',
  };
  await all(exec, [
    ['mkdir', '-p', mountPoint],
    ['truncate', '-s', `${sizeMiB}M`, image],
    [...make[type].split(' '), image],
    ['mount', '-t', type, '-o', 'loop', image, mountPoint],
  ]);
  const unmount = async (): Promise<void> => {
    const { exitCode } = await exec(['mountpoint', '-q', mountPoint]);
    if (exitCode === 0) await unmountPatiently(exec, mountPoint);
    await all(exec, [['rm', '-f', image]]);
  };
  return { image, mountPoint, identity: await identityOf(exec, mountPoint), unmount };
}

/** What a directory is on its side, right now. */
async function identityOf(exec: Exec, path: string): Promise<RootIdentity> {
  const { stdout } = await exec(['stat', '-c', '%d %i', path]);
  const [device = '', inode = ''] = stdout.trim().split(' ');
  return { device, inode };
}

/** True when this side can loop-mount a file system of that type. */
export async function canMount(
  exec: Exec,
  directory: string,
  type: FileSystemType,
): Promise<boolean> {
  try {
    const mounted = await mountNew(exec, directory, type, type === 'xfs' ? 320 : 128);
    await mounted.unmount();
    return true;
  } catch {
    return false;
  }
}

/** A process that has just been ended may take a moment to let go. */
async function unmountPatiently(exec: Exec, mountPoint: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const { exitCode, stderr } = await exec(['umount', mountPoint]);
    if (exitCode === 0) return;
    if (attempt === 20) throw new Error(`umount ${mountPoint}: ${stderr}`);
    await sleep(100);
  }
}

async function all(exec: Exec, commands: readonly (readonly string[])[]): Promise<void> {
  for (const argv of commands) {
    const { exitCode, stderr } = await exec(argv);
    if (exitCode !== 0) throw new Error(`${argv.join(' ')}: ${exitCode} ${stderr}`);
  }
}
