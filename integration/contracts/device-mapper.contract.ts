import { describe, expect, it } from 'vitest';
import {
  freshName,
  type MakeBlockHost,
  mebibyte,
  sectorBytes,
  stampOf,
  wholeDevice,
  wrap,
  wrappedVolume,
} from './block-host.js';
import { matching, useHost } from './use-host.js';

const size = 16 * mebibyte;

/** What every {@link DeviceMapper} promises. */
export function describeDeviceMapperContract(name: string, makeHost: MakeBlockHost): void {
  describe(`device mapper contract: ${name}`, () => {
    const host = useHost(makeHost);
    const mapper = () => host().ports.deviceMapper;
    const mapNamed = async (wanted: string) =>
      (await mapper().list()).find((map) => map.name === wanted);

    it('creates a map under our name and stamp, and lists it', async () => {
      const volume = await host().createVolume('dm-create', size);
      const map = await wrap(host(), volume, size);
      expect(map).toMatchObject({ uuid: stampOf(map.name), readOnly: false, openCount: 0 });
      expect(await mapNamed(map.name)).toEqual(map);
      expect(await host().ports.contents.sizeBytes(`/dev/mapper/${map.name}`)).toBe(size);
    });

    it('creates a map that cannot be written', async () => {
      const volume = await host().createVolume('dm-readonly', size);
      const map = await wrap(host(), volume, size, 'read-only');
      expect(await mapNamed(map.name)).toMatchObject({ readOnly: true });
    });

    it('joins segments, linear and striped, in order', async () => {
      const one = await host().createVolume('dm-join.1', size);
      const two = await host().createVolume('dm-join.2', size);
      const half = size / sectorBytes / 2;
      const map = freshName();
      await mapper().create({
        name: map,
        uuid: stampOf(map),
        access: 'read-write',
        segments: [
          { kind: 'linear', startSector: 0, sectors: half, device: two, offsetSectors: half },
          {
            kind: 'striped',
            startSector: half,
            sectors: half * 2,
            chunkSectors: 128,
            stripes: [
              { device: one, offsetSectors: 0 },
              { device: two, offsetSectors: 0 },
            ],
          },
        ],
      });
      expect(await host().ports.contents.sizeBytes(`/dev/mapper/${map}`)).toBe(1.5 * size);
      expect((await mapper().status(map)).split('\n')).toHaveLength(2);
    });

    it('refuses a name that is taken, and leaves the map that has it', async () => {
      const { map, volume } = await wrappedVolume(host(), 'dm-taken', size);
      const again = mapper().create({
        name: map.name,
        uuid: stampOf(freshName()),
        access: 'read-only',
        segments: wholeDevice(volume, size),
      });
      await expect(again).rejects.toMatchObject({ code: 'command-failed' });
      expect(await mapNamed(map.name)).toMatchObject({ uuid: map.uuid, readOnly: false });
    });

    it('refuses a device that is not there, and leaves nothing', async () => {
      const map = freshName();
      const missing = mapper().create({
        name: map,
        uuid: stampOf(map),
        access: 'read-write',
        segments: wholeDevice('/dev/mapper/no-such-device', size),
      });
      await expect(missing).rejects.toMatchObject({ code: 'command-failed' });
      expect(await mapNamed(map)).toBeUndefined();
    });

    it('removes a map by name and stamp, and is content when it is gone', async () => {
      const { map } = await wrappedVolume(host(), 'dm-remove', size);
      await mapper().remove(map.name, map.uuid);
      expect(await mapNamed(map.name)).toBeUndefined();
      await mapper().remove(map.name, map.uuid);
    });

    it('never removes a map that bears another stamp', async () => {
      const { map } = await wrappedVolume(host(), 'dm-foreign', size);
      const foreign = mapper().remove(map.name, stampOf(freshName()));
      await expect(foreign).rejects.toMatchObject({ code: 'ownership-unproven' });
      expect(await mapNamed(map.name)).toBeDefined();
    });

    it('does not remove a map in use, and names who uses it', async () => {
      const { map, path } = await wrappedVolume(host(), 'dm-busy', size);
      const release = await host().holdDevice(path);
      const busy = mapper().remove(map.name, map.uuid);
      await expect(busy).rejects.toMatchObject({
        code: 'volume-busy',
        details: { holders: [matching(/^\S+ \(pid \d+, has .+ open\)$/)] },
      });
      expect(await mapNamed(map.name)).toMatchObject({ openCount: 1 });
      await release();
      await mapper().remove(map.name, map.uuid);
    });

    it('shows the kernel’s own status', async () => {
      const { map } = await wrappedVolume(host(), 'dm-status', size);
      expect(await mapper().status(map.name)).toBe(`0 ${size / sectorBytes} linear`);
      const missing = mapper().status('no-such-map');
      await expect(missing).rejects.toMatchObject({ code: 'device-not-found' });
    });

    it('flushes a device that is there', async () => {
      const { path } = await wrappedVolume(host(), 'dm-flush', size);
      await mapper().flush(path);
      const missing = mapper().flush('/dev/mapper/no-such-map');
      await expect(missing).rejects.toMatchObject({ code: 'device-not-found' });
    });
  });
}
