import { afterEach, describe, expect, it } from 'vitest';
import {
  type MakeBlockHost,
  mebibyte,
  mountBase,
  pathOf,
  wrap,
  wrappedVolume,
} from './block-host.js';
import { matching, useHost } from './use-host.js';

const size = 64 * mebibyte;
const place = `${mountBase}/1`;

/** What every {@link Mounter} promises. */
export function describeMounterContract(name: string, makeHost: MakeBlockHost): void {
  describe(`mounter contract: ${name}`, () => {
    const host = useHost(makeHost);
    const mounts = () => host().ports.mounts;
    const at = async (mountPoint: string) =>
      (await mounts().list()).filter((entry) => entry.mountPoint === mountPoint);

    async function fileSystem(volume: string) {
      const wrapped = await wrappedVolume(host(), volume, size);
      await host().format(wrapped.path, { kind: 'file-system', type: 'ext4' });
      const options = ['rw', 'nosuid', 'nodev', 'noexec'];
      const mount = { device: wrapped.path, mountPoint: place, fileSystemType: 'ext4', options };
      return { ...wrapped, mount };
    }

    /** A tmpfs with one mount point, as every run has it. */
    async function prepare() {
      await host().makeDirectory(mountBase);
      await mounts().mountTemporary(mountBase, 65_536);
      await mounts().makeMountPoints([place, `${mountBase}/2`]);
    }

    afterEach(async () => {
      await mounts().unmount(place);
      await mounts().unmount(mountBase);
    });

    it('prepares mount points that become read-only beneath the mounts', async () => {
      await prepare();
      const [temporary] = await at(mountBase);
      expect(temporary).toMatchObject({ type: 'tmpfs', root: '/' });
      expect(temporary?.options).toEqual(expect.arrayContaining(['nosuid', 'nodev', 'noexec']));
      await mounts().makeReadOnly(mountBase);
      const again = mounts().makeMountPoints([`${mountBase}/3`]);
      await expect(again).rejects.toMatchObject({ code: 'command-failed' });
    });

    it('mounts a file system with exactly the options asked for, and lists it', async () => {
      await prepare();
      const { mount, map } = await fileSystem('mo-list');
      await mounts().mount({ ...mount, options: ['ro', 'nosuid', 'nodev', 'noexec'] });
      const [entry, ...others] = await at(place);
      expect(others).toEqual([]);
      expect(entry).toMatchObject({
        source: mount.device,
        type: 'ext4',
        root: '/',
        deviceNumber: map.deviceNumber,
      });
      expect(entry?.options).toEqual(expect.arrayContaining(['ro', 'nosuid', 'nodev', 'noexec']));
    });

    it('gives another identity to a mount point when something is mounted there', async () => {
      await prepare();
      const { mount } = await fileSystem('mo-identity');
      const before = await mounts().rootIdentity(place);
      await mounts().mount(mount);
      const during = await mounts().rootIdentity(place);
      expect(during.device).not.toBe(before.device);
      expect(await mounts().rootIdentity(place)).toEqual(during);
      await mounts().unmount(place);
      expect(await mounts().rootIdentity(place)).toEqual(before);
      const missing = mounts().rootIdentity(`${mountBase}/none`);
      await expect(missing).rejects.toMatchObject({ code: 'mount-missing' });
    });

    it('unmounts, and is content when nothing is mounted or there', async () => {
      await prepare();
      const { mount } = await fileSystem('mo-unmount');
      await mounts().mount(mount);
      await mounts().unmount(place);
      expect(await at(place)).toEqual([]);
      await mounts().unmount(place);
      await mounts().unmount(`${mountBase}/none`);
    });

    it('does not unmount what is in use, and names who uses it', async () => {
      await prepare();
      const { mount } = await fileSystem('mo-busy');
      await mounts().mount(mount);
      const release = await host().holdDirectory(place);
      await expect(mounts().unmount(place)).rejects.toMatchObject({
        code: 'mount-busy',
        details: { holders: [matching(/^\S+ \(pid \d+, works in \S+\)$/)] },
      });
      expect(await at(place)).toHaveLength(1);
      await release();
      await mounts().unmount(place);
    });

    it('names the mount beneath that keeps a mount busy', async () => {
      await prepare();
      const { mount } = await fileSystem('mo-nested');
      await mounts().mount(mount);
      await expect(mounts().unmount(mountBase)).rejects.toMatchObject({
        code: 'mount-busy',
        details: { holders: [`mount ${place}`] },
      });
    });

    it('fails with mount’s own words, and leaves nothing mounted', async () => {
      await prepare();
      const { mount } = await fileSystem('mo-fail');
      const failures = [
        { ...mount, fileSystemType: 'xfs' },
        { ...mount, device: '/dev/mapper/no-such-device' },
        { ...mount, mountPoint: `${mountBase}/none` },
      ];
      for (const request of failures) {
        const failing = mounts().mount(request);
        await expect(failing).rejects.toMatchObject({
          code: 'mount-failed',
          message: matching(/mount: /),
        });
      }
      expect(await at(place)).toEqual([]);
    });

    it('does not take a read-only mount for the writable one that was asked for', async () => {
      await prepare();
      const { volume, mount } = await fileSystem('mo-protected');
      const protectedMap = await wrap(host(), volume, size, 'read-only');
      const failing = mounts().mount({ ...mount, device: pathOf(protectedMap) });
      await expect(failing).rejects.toMatchObject({ code: 'mount-failed' });
      expect(await at(place)).toEqual([]);
    });
  });
}
