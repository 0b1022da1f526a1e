import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLocalRunner } from '../../src/adapters/local/index.js';
import { createRegionReader } from '../../src/adapters/regions/index.js';
import { mountOptions, targetSide, untouchedTargetSide } from '../../src/core/index.js';
import { needsSealHeader, regionsToSeal, sealHeaderBytes } from '../../src/core/standby/index.js';

// What docs/decisions/0018 says of real file systems, on this machine's kernel.

const types = ['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'vfat'] as const;
type Type = (typeof types)[number];

const make: Readonly<Record<Type, readonly string[]>> = {
  ext2: ['mkfs.ext2', '-q'],
  ext3: ['mkfs.ext3', '-q'],
  ext4: ['mkfs.ext4', '-q'],
  xfs: ['mkfs.xfs', '-q'],
  btrfs: ['mkfs.btrfs', '-q'],
  vfat: ['mkfs.vfat'],
};
/** Looks at a file system without writing to it. */
const inspect: Readonly<Record<Type, readonly string[]>> = {
  ext2: ['e2fsck', '-fn'],
  ext3: ['e2fsck', '-fn'],
  ext4: ['e2fsck', '-fn'],
  xfs: ['xfs_repair', '-n'],
  btrfs: ['btrfs', 'check'],
  vfat: ['fsck.vfat', '-n'],
};

const regions = createRegionReader({
  runner: createLocalRunner({ hostName: 'here' }),
  hostName: 'here',
});

function run(tool: string, ...args: readonly string[]): string {
  return execFileSync(tool, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

let directory: string;
let mountPoint: string;
const loops: string[] = [];

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'xen-backup-seal-'));
  mountPoint = join(directory, 'mnt');
  run('mkdir', mountPoint);
});

afterAll(() => {
  for (const loop of loops) run('losetup', '-d', loop);
  rmSync(directory, { recursive: true });
});

/** A loop device with a new file system. */
function device(type: Type): string {
  const image = join(directory, `${type}-${loops.length}.img`);
  run('truncate', '-s', '400M', image);
  const [tool = '', ...args] = make[type];
  run(tool, ...args, image);
  const loop = run('losetup', '-f', '--show', image);
  loops.push(loop);
  return loop;
}

function mount(loop: string, type: Type, options: readonly string[]): void {
  run('mount', '-t', type, '-o', options.join(','), loop, mountPoint);
}

function unmount(loop: string): void {
  run('umount', mountPoint);
  run('sync', loop);
}

/** Uses a file system as a run does: our own options, a file, unmount, flush. */
function use(loop: string, type: Type, name?: string): void {
  mount(loop, type, mountOptions(type, targetSide));
  if (name !== undefined) writeFileSync(join(mountPoint, name), name);
  unmount(loop);
}

/** Digests of what is sealed: places as they are taken, to be compared again later. */
async function seal(loop: string, type: Type): Promise<() => Promise<readonly string[]>> {
  const content = { kind: 'file-system', type } as const;
  const start = { device: loop, offsetBytes: 0, lengthBytes: sealHeaderBytes };
  const [header] = needsSealHeader(content) ? await regions.read([start]) : [];
  const sizeBytes = Number(run('blockdev', '--getsize64', loop));
  const places = regionsToSeal(content, sizeBytes, header);
  expect(places.length).toBeGreaterThan(0);
  return () => regions.digest(places.map((place) => ({ device: loop, ...place })));
}

const knowsVfat = /\bvfat$/m.test(run('cat', '/proc/filesystems'));

describe.each(types)('the seal of a real %s', (type) => {
  let loop: string;

  beforeAll(() => {
    loop = device(type);
  });

  it('stays when it is looked at', async () => {
    if (type !== 'vfat' || knowsVfat) use(loop, type, 'first');
    const look = await seal(loop, type);
    const before = await look();
    if (type !== 'vfat' || knowsVfat) {
      mount(loop, type, mountOptions(type, untouchedTargetSide));
      run('ls', '-R', mountPoint);
      unmount(loop);
    }
    run('blkid', '-p', loop);
    const [tool = '', ...args] = inspect[type];
    run(tool, ...args, loop);
    expect(await look()).toEqual(before);
  });

  it.skipIf(type === 'vfat' && !knowsVfat)('breaks when a file is written', async () => {
    const look = await seal(loop, type);
    const before = await look();
    use(loop, type, 'second');
    expect(await look()).not.toEqual(before);
  });

  it.skipIf(type === 'vfat' && !knowsVfat)(
    'breaks when its user was killed after an fsync, without an unmount',
    async () => {
      const look = await seal(loop, type);
      const before = await look();
      mount(loop, type, ['rw']);
      const path = join(mountPoint, 'third');
      writeFileSync(path, 'third');
      run('sync', path);
      // What would be found after a power cut now.
      const found = await look();
      unmount(loop);
      expect(found).not.toEqual(before);
    },
  );
});

// btrfs and vfat write nothing then: there is no use to be found.
describe.each(['ext2', 'ext3', 'ext4', 'xfs'] as const)('the seal of a real %s', (type) => {
  it('breaks when it is only mounted to write', async () => {
    const loop = device(type);
    use(loop, type, 'first');
    const look = await seal(loop, type);
    const before = await look();
    use(loop, type);
    expect(await look()).not.toEqual(before);
  });
});

describe('the seal of a real btrfs', () => {
  it('stays when it was mounted to write, and nothing on the device has changed at all', async () => {
    const loop = device('btrfs');
    use(loop, 'btrfs', 'first');
    const whole = () => run('sha256sum', loop);
    const look = await seal(loop, 'btrfs');
    const [before, bytes] = [await look(), whole()];
    use(loop, 'btrfs');
    expect(whole()).toBe(bytes);
    expect(await look()).toEqual(before);
  });
});

describe('the superblock of a real xfs', () => {
  it('is not enough: files are in the log while it stays as it was', async () => {
    const loop = device('xfs');
    use(loop, 'xfs', 'first');
    const superblock = () => regions.digest([{ device: loop, offsetBytes: 0, lengthBytes: 4096 }]);
    const before = await superblock();
    mount(loop, 'xfs', ['rw']);
    const path = join(mountPoint, 'second');
    writeFileSync(path, 'second');
    run('sync', path);
    const found = await superblock();
    unmount(loop);
    expect(found).toEqual(before);
  });
});

describe('the seal of a swap device', () => {
  it('breaks when it is made anew', async () => {
    const image = join(directory, 'swap.img');
    run('truncate', '-s', '16M', image);
    run('mkswap', image);
    const loop = run('losetup', '-f', '--show', image);
    loops.push(loop);
    const places = regionsToSeal({ kind: 'swap' }, 16 * 2 ** 20);
    const look = () => regions.digest(places.map((place) => ({ device: loop, ...place })));
    const before = await look();
    run('blkid', '-p', loop);
    expect(await look()).toEqual(before);
    run('mkswap', loop);
    expect(await look()).not.toEqual(before);
  });
});
