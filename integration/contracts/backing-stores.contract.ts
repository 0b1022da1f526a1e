import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BackingFile, rawImage } from '../../src/core/model/index.js';
import type { AttachRequest, BackingStores } from '../../src/ports/index.js';

/** A host with image files, and the means to use them. */
export interface BackingHost {
  readonly stores: BackingStores;
  /** A directory for images. */
  readonly directory: string;
  /** Makes a blank image file of that size. */
  makeImage(path: string, sizeBytes: number): Promise<void>;
  /** Makes a blank qcow2 image of which the guest sees that size. */
  makeQcow2(path: string, sizeBytes: number): Promise<void>;
  /** Writes to an image, or to a device. */
  write(path: string): Promise<void>;
  /** Bytes of a logical sector of a device. */
  sectorBytes(device: string): Promise<number>;
  /** Keeps a device open until told otherwise. */
  hold(device: string): Promise<() => Promise<void>>;
  exists(path: string): Promise<boolean>;
  close(): Promise<void>;
}

const mebibyte = 2 ** 20;
const runDirectory = '/run/xen-backup/contract00';

/** How an image of the usual size is asked for. */
function raw(file: string, mountPoint: string, access: AttachRequest['access']): AttachRequest {
  return { file, image: rawImage, sizeBytes: 4 * mebibyte, mountPoint, access };
}

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
      const { device } = await host.stores.attach(raw(path, mountPoint, 'read-only'));
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
      await host.stores.attach(raw(path, mountPoint, 'read-only'));
      await host.stores.detach(mountPoint);
      expect((await inspected(path)).revision).toBe(before.revision);
      await host.write(path);
      expect((await inspected(path)).revision).not.toBe(before.revision);
    });

    it('shows by the revision whether a device was written to', async () => {
      const path = await image('counters.img');
      const mountPoint = at();
      const { device } = await host.stores.attach(raw(path, mountPoint, 'read-write'));
      const before = await host.stores.inspect(device);
      expect((await host.stores.inspect(device))?.revision).toBe(before?.revision);
      await host.write(device);
      expect((await host.stores.inspect(device))?.revision).not.toBe(before?.revision);
      await host.stores.detach(mountPoint);
    });

    it('attaches a file under a name of ours, and lists it by that', async () => {
      const path = await image('attach.img');
      const mountPoint = at();
      const made = await host.stores.attach(raw(path, mountPoint, 'read-only'));
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
      const { device } = await host.stores.attach(raw(path, mountPoint, 'read-only'));
      expect(await host.stores.holders(store)).toEqual([
        `loop device ${device.slice('/dev/'.length)} (on ${mountPoint})`,
      ]);
      await host.stores.detach(mountPoint);
      expect(await host.stores.holders(store)).toEqual([]);
    });

    it('names who has a device open', async () => {
      const path = await image('open.img');
      const mountPoint = at();
      const { device } = await host.stores.attach(raw(path, mountPoint, 'read-only'));
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
      const { device } = await host.stores.attach(raw(path, mountPoint, 'read-only'));
      const release = await host.hold(device);
      await expect(host.stores.detach(mountPoint)).rejects.toMatchObject({ code: 'volume-busy' });
      await release();
      await host.stores.detach(mountPoint);
      expect(await host.stores.holders(await inspected(path))).toEqual([]);
    }, 60_000);

    it('shows a raw image in sectors of 4096 bytes where its guest has them', async () => {
      const path = await image('large-sectors.img', 4 * mebibyte + 1024);
      const large = { kind: 'raw', sectorBytes: 4096 } as const;
      expect(await host.stores.inspect(path, large)).toMatchObject({ sizeBytes: 4 * mebibyte });
      const mountPoint = at();
      const request = { ...raw(path, mountPoint, 'read-only'), image: large };
      const { device } = await host.stores.attach(request);
      expect(await host.sectorBytes(device)).toBe(4096);
      await host.stores.detach(mountPoint);
    });

    it('fails for a file that is not there, and takes back what was begun', async () => {
      const mountPoint = at();
      const file = `${host.directory}/none.img`;
      const attempt = host.stores.attach(raw(file, mountPoint, 'read-only'));
      await expect(attempt).rejects.toMatchObject({ code: 'command-failed' });
      await host.stores.detach(mountPoint);
      expect(await host.exists(mountPoint)).toBe(false);
    });
  });
}

/** What they promise of qcow2 images, on a host that has network block devices. */
export function describeQcow2Contract(name: string, makeHost: () => Promise<BackingHost>): void {
  describe(`backing stores contract, qcow2: ${name}`, () => {
    let host: BackingHost;
    let number = 0;
    const at = (): string => `${runDirectory}/xen-backup-contract00-${String((number += 1))}`;

    beforeAll(async () => {
      host = await makeHost();
    });

    afterAll(async () => {
      await host.close();
    });

    const qcow2 = { kind: 'qcow2' } as const;

    async function image(fileName: string): Promise<string> {
      const path = `${host.directory}/${fileName}`;
      await host.makeQcow2(path, 4 * mebibyte);
      return path;
    }

    function served(
      file: string,
      mountPoint: string,
      access: AttachRequest['access'] = 'read-only',
    ): AttachRequest {
      return { ...raw(file, mountPoint, access), image: qcow2 };
    }

    it('have the size that the guest sees', async () => {
      const path = await image('size.qcow2');
      const store = await host.stores.inspect(path, qcow2);
      expect(store).toMatchObject({ kind: 'file', path, image: qcow2, sizeBytes: 4 * mebibyte });
    });

    it('are refused when they are none', async () => {
      const path = `${host.directory}/no.qcow2`;
      await host.makeImage(path, 4 * mebibyte);
      const attempt = host.stores.inspect(path, qcow2);
      await expect(attempt).rejects.toMatchObject({ code: 'disk-unsupported' });
      expect(await host.stores.inspect(`${host.directory}/none`, qcow2)).toBeUndefined();
    });

    it('are attached under a name of ours, each to a device of its own', async () => {
      const [left, right] = [await image('left.qcow2'), await image('right.qcow2')];
      const [here, there] = [at(), at()];
      const [first, second] = await Promise.all([
        host.stores.attach(served(left, here)),
        host.stores.attach(served(right, there, 'read-write')),
      ]);
      for (const { device } of [first, second]) expect(device).toMatch(/^\/dev\/nbd\d+$/);
      expect(first.device).not.toBe(second.device);
      expect(await host.stores.attached()).toEqual(expect.arrayContaining([first, second]));
      expect(await host.stores.inspect(first.device)).toMatchObject({ sizeBytes: 4 * mebibyte });
      for (const mountPoint of [here, there]) {
        await host.stores.detach(mountPoint);
        expect(await host.exists(mountPoint)).toBe(false);
        expect(await host.exists(`${mountPoint}.socket`)).toBe(false);
        await host.stores.detach(mountPoint);
      }
      expect(await host.stores.attached()).not.toContainEqual(first);
    }, 60_000);

    it('name the process that has them open, and are not opened beside it', async () => {
      const path = await image('in-use.qcow2');
      const mountPoint = at();
      await host.stores.attach(served(path, mountPoint, 'read-write'));
      const store = await host.stores.inspect(path, qcow2);
      if (store === undefined) throw new Error('no image');
      expect(await host.stores.holders(store)).toEqual([expect.stringMatching(/^qemu-nbd \(pid/)]);
      const second = at();
      const attempt = host.stores.attach(served(path, second));
      await expect(attempt).rejects.toMatchObject({ code: 'volume-busy' });
      await host.stores.detach(second);
      await host.stores.detach(mountPoint);
    }, 60_000);

    it('show by their last write whether they were written to', async () => {
      const path = await image('written.qcow2');
      const lastWrite = async (): Promise<string> => {
        const store = await host.stores.inspect(path, qcow2);
        return store?.kind === 'file' ? store.lastWrite : '';
      };
      const before = await lastWrite();
      const [reading, writing] = [at(), at()];
      await host.stores.attach(served(path, reading));
      await host.stores.detach(reading);
      expect(await lastWrite()).toBe(before);
      const { device } = await host.stores.attach(served(path, writing, 'read-write'));
      await host.write(device);
      await host.stores.detach(writing);
      expect(await lastWrite()).not.toBe(before);
    }, 60_000);

    it('are not let go while their device is in use, and it is said', async () => {
      const path = await image('busy.qcow2');
      const mountPoint = at();
      const { device } = await host.stores.attach(served(path, mountPoint));
      const release = await host.hold(device);
      await expect(host.stores.detach(mountPoint)).rejects.toMatchObject({ code: 'volume-busy' });
      await release();
      await host.stores.detach(mountPoint);
    }, 60_000);
  });
}
