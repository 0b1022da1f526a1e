import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BackingFile } from '../../src/core/model/index.js';
import type { BackingStores } from '../../src/ports/index.js';

/** A host with image files, and the means to use them. */
export interface BackingHost {
  readonly stores: BackingStores;
  /** A directory for images. */
  readonly directory: string;
  /** Makes a blank image file of that size. */
  makeImage(path: string, sizeBytes: number): Promise<void>;
  /** Writes to an image, or to a device. */
  write(path: string): Promise<void>;
  /** Keeps a device open until told otherwise. */
  hold(device: string): Promise<() => Promise<void>>;
  exists(path: string): Promise<boolean>;
  close(): Promise<void>;
}

const mebibyte = 2 ** 20;
const runDirectory = '/run/xen-backup/contract00';

/** What every {@link BackingStores} promises. */
export function describeBackingStoresContract(
  name: string,
  makeHost: () => Promise<BackingHost>,
): void {
  describe(`backing stores contract: ${name}`, () => {
    let host: BackingHost;
    let number = 0;
    const at = (): string => `${runDirectory}/xen-backup-contract00-${String((number += 1))}`;

    beforeAll(async () => {
      host = await makeHost();
    });

    afterAll(async () => {
      await host.close();
    });

    async function image(fileName: string, sizeBytes = 4 * mebibyte): Promise<string> {
      const path = `${host.directory}/${fileName}`;
      await host.makeImage(path, sizeBytes);
      return path;
    }

    async function inspected(path: string): Promise<BackingFile> {
      const store = await host.stores.inspect(path);
      if (store?.kind !== 'file') throw new Error(`${path} is no file`);
      return store;
    }

    it('tells a file from a device, and both from nothing', async () => {
      const path = await image('kinds.img', 4 * mebibyte + 100);
      expect(await host.stores.inspect(path)).toMatchObject({
        kind: 'file',
        path,
        sizeBytes: 4 * mebibyte,
      });
      const mountPoint = at();
      const { device } = await host.stores.attach({ file: path, mountPoint, access: 'read-only' });
      expect(await host.stores.inspect(device)).toMatchObject({
        kind: 'device',
        sizeBytes: 4 * mebibyte,
        deviceNumber: { major: 7, minor: Number(device.slice('/dev/loop'.length)) },
      });
      await host.stores.detach(mountPoint);
      expect(await host.stores.inspect(`${host.directory}/none.img`)).toBeUndefined();
      await expect(host.stores.inspect(host.directory)).rejects.toMatchObject({
        code: 'disk-unsupported',
      });
    });

    it('shows by the revision whether a file was written to', async () => {
      const path = await image('revision.img');
      const before = await inspected(path);
      expect((await inspected(path)).revision).toBe(before.revision);
      const mountPoint = at();
      await host.stores.attach({ file: path, mountPoint, access: 'read-only' });
      await host.stores.detach(mountPoint);
      expect((await inspected(path)).revision).toBe(before.revision);
      await host.write(path);
      expect((await inspected(path)).revision).not.toBe(before.revision);
    });

    it('shows by the revision whether a device was written to', async () => {
      const path = await image('counters.img');
      const mountPoint = at();
      const { device } = await host.stores.attach({ file: path, mountPoint, access: 'read-write' });
      const before = await host.stores.inspect(device);
      expect((await host.stores.inspect(device))?.revision).toBe(before?.revision);
      await host.write(device);
      expect((await host.stores.inspect(device))?.revision).not.toBe(before?.revision);
      await host.stores.detach(mountPoint);
    });

    it('attaches a file under a name of ours, and lists it by that', async () => {
      const path = await image('attach.img');
      const mountPoint = at();
      const made = await host.stores.attach({ file: path, mountPoint, access: 'read-only' });
      expect(made.mountPoint).toBe(mountPoint);
      expect(made.device).toMatch(/^\/dev\/loop\d+$/);
      expect(await host.stores.attached()).toContainEqual(made);
      await host.stores.detach(mountPoint);
      expect(await host.stores.attached()).not.toContainEqual(made);
      expect(await host.exists(mountPoint)).toBe(false);
      await host.stores.detach(mountPoint);
    });

    it('names the loop devices that have a file open, under whatever name', async () => {
      const path = await image('holders.img');
      const store = await inspected(path);
      expect(await host.stores.holders(store)).toEqual([]);
      const mountPoint = at();
      const { device } = await host.stores.attach({ file: path, mountPoint, access: 'read-only' });
      expect(await host.stores.holders(store)).toEqual([
        `loop device ${device.slice('/dev/'.length)} (on ${mountPoint})`,
      ]);
      await host.stores.detach(mountPoint);
      expect(await host.stores.holders(store)).toEqual([]);
    });

    it('names who has a device open', async () => {
      const path = await image('open.img');
      const mountPoint = at();
      const { device } = await host.stores.attach({ file: path, mountPoint, access: 'read-only' });
      const store = await host.stores.inspect(device);
      if (store === undefined) throw new Error('no device');
      expect(await host.stores.holders(store)).toEqual([]);
      const release = await host.hold(device);
      expect(await host.stores.holders(store)).toEqual([expect.stringMatching(/pid \d+/)]);
      await release();
      await host.stores.detach(mountPoint);
    });

    it('does not detach what is in use, and says so', async () => {
      const path = await image('busy.img');
      const mountPoint = at();
      const { device } = await host.stores.attach({ file: path, mountPoint, access: 'read-only' });
      const release = await host.hold(device);
      await expect(host.stores.detach(mountPoint)).rejects.toMatchObject({ code: 'volume-busy' });
      await release();
      await host.stores.detach(mountPoint);
      expect(await host.stores.holders(await inspected(path))).toEqual([]);
    }, 60_000);

    it('fails for a file that is not there, and takes back what was begun', async () => {
      const mountPoint = at();
      const file = `${host.directory}/none.img`;
      const attempt = host.stores.attach({ file, mountPoint, access: 'read-only' });
      await expect(attempt).rejects.toMatchObject({ code: 'command-failed' });
      await host.stores.detach(mountPoint);
      expect(await host.exists(mountPoint)).toBe(false);
    });
  });
}
