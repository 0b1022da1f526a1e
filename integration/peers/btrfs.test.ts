import { mkdirSync, mkdtempSync, rmSync, writeFileSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createContentProbe } from '../../src/adapters/blkid/index.js';
import { createLocalRunner } from '../../src/adapters/local/index.js';
import { createMounter } from '../../src/adapters/mount/index.js';
import { systemClock as clock } from '../../src/composition/system-clock.js';
import { mountOptions, sourceSide, targetSide } from '../../src/core/mounting/index.js';

const hostName = 'here';
const runner = createLocalRunner({ hostName });
const mounter = createMounter({ runner, clock, hostName });
const contents = createContentProbe({ runner, hostName });

/** What the kernel makes of a btrfs on two devices, mounted as a run does it. */
describe('btrfs on two real devices', () => {
  const folder = mkdtempSync(join(tmpdir(), 'xen-backup-btrfs-'));
  const mountPoint = join(folder, 'mount');
  const devices: string[] = [];

  beforeAll(() => {
    mkdirSync(mountPoint);
    for (const name of ['one', 'two']) {
      const image = join(folder, name);
      writeFileSync(image, '');
      truncateSync(image, 160 * 2 ** 20);
      devices.push(execaSync('losetup', ['--find', '--show', image]).stdout);
    }
    execaSync('mkfs.btrfs', ['-q', '-m', 'raid1', '-d', 'single', ...devices]);
  });

  afterAll(() => {
    for (const device of devices) execaSync('losetup', ['-d', device]);
    rmSync(folder, { recursive: true });
  });

  const request = (options: readonly string[]) => ({
    device: devices[0] ?? '',
    mountPoint,
    fileSystemType: 'btrfs',
    options,
  });

  it('has one UUID, and says of each device which of its devices it is', async () => {
    const probed = await Promise.all(devices.map((device) => contents.probe(device)));
    const [one, two] = probed.map(({ content }) => content);
    expect(one).toMatchObject({ kind: 'file-system', type: 'btrfs' });
    if (one?.kind !== 'file-system' || two?.kind !== 'file-system') return;
    expect(one.uuid).toBe(two.uuid);
    expect(one.deviceUuid).not.toBe(two.deviceUuid);
  });

  it('is mounted whole, writable and read-only; a subvolume has inode 256 and a device of its own', async () => {
    for (const side of [targetSide, sourceSide]) {
      await mounter.mount(request(mountOptions('btrfs', side, devices.slice(1))));
      if (side === targetSide)
        execaSync('btrfs', ['subvolume', 'create', join(mountPoint, '@home')]);
      const [mounted] = (await mounter.list()).filter((entry) => entry.mountPoint === mountPoint);
      expect(mounted).toMatchObject({ root: '/', type: 'btrfs' });
      expect(devices).toContain(mounted?.source);
      const top = await mounter.rootIdentity(mountPoint);
      const inner = await mounter.rootIdentity(join(mountPoint, '@home'));
      expect([top.inode, inner.inode]).toEqual(['256', '256']);
      expect(inner.device).not.toBe(top.device);
      await mounter.unmount(mountPoint);
    }
  });

  it('is refused without its other device', async () => {
    execaSync('btrfs', ['device', 'scan', '--forget']);
    await expect(mounter.mount(request(mountOptions('btrfs', sourceSide)))).rejects.toMatchObject({
      code: 'mount-failed',
      remedy: expect.stringMatching(/only opened with all of its devices/) as string,
    });
  });
});
