import { mkdir, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { outside } from '../outside.js';
import { paths } from '../paths.js';

export interface Extent {
  readonly offset: number;
  readonly size: number;
}

/** A loop device over part of a file, for as long as `work` takes. */
export async function withLoop<T>(
  file: string,
  extent: Extent | undefined,
  work: (device: string) => Promise<T>,
): Promise<T> {
  const range =
    extent === undefined ? [] : ['--offset', `${extent.offset}`, '--sizelimit', `${extent.size}`];
  const { stdout } = await outside(['losetup', '--find', '--show', ...range, file]);
  const device = stdout.trim();
  try {
    return await work(device);
  } finally {
    await outside(['losetup', '--detach', device]);
  }
}

/** The file system on `device`, mounted for as long as `work` takes. */
export async function withMount(
  device: string,
  work: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = path.join(paths.work, 'mnt');
  await mkdir(folder, { recursive: true });
  await outside(['mount', device, folder]);
  try {
    await work(folder);
  } finally {
    await outside(['umount', folder]);
    await rmdir(folder);
  }
}
