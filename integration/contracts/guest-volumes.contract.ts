import { describe, expect, it } from 'vitest';
import { type MakeBlockHost, mebibyte, wrappedVolume } from './block-host.js';
import { useHost } from './use-host.js';

const size = 64 * mebibyte;
const extent = 4 * mebibyte;

/** What every {@link VolumeManager} promises of the volume groups inside guests' disks. */
export function describeGuestVolumesContract(name: string, makeHost: MakeBlockHost): void {
  describe(`guest volumes contract: ${name}`, () => {
    const host = useHost(makeHost);
    const read = (...devices: string[]) => host().ports.volumes.readGuestVolumeGroups(devices);

    it('reads a group from one device, and activates nothing', async () => {
      const { path } = await wrappedVolume(host(), 'gv-one', size);
      const root = { name: 'LogVol00', sizeBytes: 5 * extent };
      const swap = { name: 'LogVol01', sizeBytes: 2 * extent };
      await host().createGuestGroup({ name: 'VolGroup00', devices: [path], volumes: [root, swap] });
      const before = await host().ports.deviceMapper.list();
      const [group, ...others] = await read(path);
      expect(others).toEqual([]);
      expect(group).toMatchObject({
        name: 'VolGroup00',
        extentSizeBytes: extent,
        missingPhysicalVolumes: 0,
        physicalVolumes: [{ device: path }],
      });
      const volumes = [...(group?.logicalVolumes ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
      expect(volumes).toMatchObject([
        { ...root, segments: [{ type: 'linear', startBytes: 0, sizeBytes: root.sizeBytes }] },
        { ...swap, segments: [{ type: 'linear', startBytes: 0, sizeBytes: swap.sizeBytes }] },
      ]);
      for (const { segments } of volumes) expect(segments[0]?.areas[0]?.device).toBe(path);
      expect(await host().ports.deviceMapper.list()).toEqual(before);
    });

    it('reads a group that spans two devices, stripes included', async () => {
      const one = await wrappedVolume(host(), 'gv-span-1', size);
      const two = await wrappedVolume(host(), 'gv-span-2', size);
      const devices = [one.path, two.path];
      const striped = { name: 'data', sizeBytes: 4 * extent, stripes: 2 };
      await host().createGuestGroup({ name: 'span', devices, volumes: [striped] });
      const [group] = await read(...devices);
      expect(group?.physicalVolumes.map(({ device }) => device).sort()).toEqual(
        [...devices].sort(),
      );
      const [segment, ...rest] = group?.logicalVolumes[0]?.segments ?? [];
      expect(rest).toEqual([]);
      expect(segment).toMatchObject({ type: 'striped', stripeSizeBytes: 65_536 });
      expect(segment?.areas.map(({ device }) => device).sort()).toEqual([...devices].sort());
    });

    it('says that a physical volume is missing, instead of showing half a group', async () => {
      const one = await wrappedVolume(host(), 'gv-half-1', size);
      const two = await wrappedVolume(host(), 'gv-half-2', size);
      const volumes = [{ name: 'data', sizeBytes: 4 * extent, stripes: 2 }];
      await host().createGuestGroup({ name: 'half', devices: [one.path, two.path], volumes });
      const [group] = await read(one.path);
      expect(group).toMatchObject({ name: 'half', missingPhysicalVolumes: 1 });
      for (const { segments } of group?.logicalVolumes ?? []) {
        expect(segments.flatMap(({ areas }) => areas)).toEqual([]);
      }
    });

    it('tells two clones apart, all of whose names and UUIDs are equal', async () => {
      const one = await wrappedVolume(host(), 'gv-clone-1', size);
      const two = await wrappedVolume(host(), 'gv-clone-2', size);
      const volumes = [{ name: 'root', sizeBytes: 3 * extent }];
      await host().createGuestGroup({ name: 'clones', devices: [one.path], volumes });
      await host().copyDevice(one.path, two.path);
      const [first] = await read(one.path);
      const [second] = await read(two.path);
      expect(second?.uuid).toBe(first?.uuid);
      expect(first?.logicalVolumes[0]?.segments[0]?.areas[0]?.device).toBe(one.path);
      expect(second?.logicalVolumes[0]?.segments[0]?.areas[0]?.device).toBe(two.path);
    });

    it('refuses to read two clones together', async () => {
      const one = await wrappedVolume(host(), 'gv-both-1', size);
      const two = await wrappedVolume(host(), 'gv-both-2', size);
      await host().createGuestGroup({ name: 'both', devices: [one.path], volumes: [] });
      await host().copyDevice(one.path, two.path);
      await expect(read(one.path, two.path)).rejects.toMatchObject({ code: 'output-unexpected' });
    });

    it('finds no group on a physical volume of none', async () => {
      const { path } = await wrappedVolume(host(), 'gv-orphan', size);
      await host().format(path, { kind: 'physical-volume' });
      expect(await read(path)).toEqual([]);
      expect(await read()).toEqual([]);
    });

    it('refuses a device that LVM does not see as a physical volume', async () => {
      const { path } = await wrappedVolume(host(), 'gv-blank', size);
      await expect(read(path)).rejects.toMatchObject({ code: 'output-unexpected' });
    });
  });
}
