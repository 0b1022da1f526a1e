import { describe, expect, it } from 'vitest';
import {
  type BlockHost,
  type MakeBlockHost,
  mebibyte,
  type SampleContent,
  sectorBytes,
  wrappedVolume,
} from './block-host.js';
import { matching, useHost } from './use-host.js';

const size = 64 * mebibyte;

const withLogical: SampleContent = {
  kind: 'msdos',
  partitions: [
    { number: 1, kind: 'primary', startBytes: mebibyte, sizeBytes: 15 * mebibyte },
    { number: 2, kind: 'extended', startBytes: 16 * mebibyte, sizeBytes: 48 * mebibyte },
    { number: 5, kind: 'logical', startBytes: 17 * mebibyte, sizeBytes: 16 * mebibyte },
    { number: 6, kind: 'logical', startBytes: 34 * mebibyte, sizeBytes: 30 * mebibyte },
  ],
};

/** What every {@link PartitionMapper} promises. */
export function describePartitionMapperContract(name: string, makeHost: MakeBlockHost): void {
  describe(`partition mapper contract: ${name}`, () => {
    const host = useHost(makeHost);
    const maps = () => host().ports.partitionMaps;
    const ours = async (prefix: string) =>
      (await host().ports.deviceMapper.list()).filter((map) => map.name.startsWith(`${prefix}p`));

    async function partitioned(volume: string) {
      const wrapped = await wrappedVolume(host(), volume, size);
      await host().format(wrapped.path, withLogical);
      return wrapped;
    }

    it('maps every partition under the wrapper’s name, logical ones too', async () => {
      const { path, map } = await partitioned('pm-add');
      const added = await maps().add({ device: path, access: 'read-write' });
      expect(
        added.map(({ number, name: added, sizeSectors }) => [number, added, sizeSectors]),
      ).toEqual([
        [1, `${map.name}p1`, (15 * mebibyte) / sectorBytes],
        // The extended partition is two sectors: its table, not what is in it.
        [2, `${map.name}p2`, 2],
        [5, `${map.name}p5`, (16 * mebibyte) / sectorBytes],
        [6, `${map.name}p6`, (30 * mebibyte) / sectorBytes],
      ]);
      const present = await ours(map.name);
      for (const partition of added) {
        expect(present.find((candidate) => candidate.name === partition.name)).toMatchObject({
          deviceNumber: partition.deviceNumber,
          readOnly: false,
          // The wrapper's stamp is in it: recovery knows it for ours.
          uuid: `part${partition.number}-${map.uuid}`,
        });
      }
      await maps().remove(path);
    });

    it('answers the same when it is done twice', async () => {
      const { path } = await partitioned('pm-twice');
      const request = { device: path, access: 'read-write' } as const;
      const first = await maps().add(request);
      expect(await maps().add(request)).toEqual(first);
      await maps().remove(path);
    });

    it('makes maps that cannot be written', async () => {
      const { path, map } = await partitioned('pm-readonly');
      await maps().add({ device: path, access: 'read-only' });
      for (const partition of await ours(map.name)) expect(partition.readOnly).toBe(true);
      await maps().remove(path);
    });

    it('removes them all, and is content when there are none', async () => {
      const { path, map } = await partitioned('pm-remove');
      await maps().add({ device: path, access: 'read-write' });
      await maps().remove(path);
      expect(await ours(map.name)).toEqual([]);
      await maps().remove(path);
      await maps().remove('/dev/mapper/no-such-device');
    });

    it('removes the others when one is in use, names it, and can go on later', async () => {
      const { path, map } = await partitioned('pm-busy');
      await maps().add({ device: path, access: 'read-write' });
      const release = await host().holdDevice(`${path}p5`);
      await expect(maps().remove(path)).rejects.toMatchObject({
        code: 'volume-busy',
        message: matching(new RegExp(`${map.name}p5`)),
      });
      expect((await ours(map.name)).map(({ name: kept }) => kept)).toContain(`${map.name}p5`);
      await release();
      await maps().remove(path);
      expect(await ours(map.name)).toEqual([]);
    });

    it('maps nothing of a table without partitions', async () => {
      const { path } = await wrappedVolume(host(), 'pm-empty', size);
      await host().format(path, { kind: 'gpt', partitions: [] });
      expect(await maps().add({ device: path, access: 'read-write' })).toEqual([]);
    });

    it('misses a device that is not there', async () => {
      const missing = maps().add({ device: '/dev/mapper/no-such-device', access: 'read-only' });
      await expect(missing).rejects.toMatchObject({ code: 'device-not-found' });
    });
  });
}

/** For other contracts: a wrapped volume with one partition, mapped. */
export async function mappedPartition(host: BlockHost, volume: string) {
  const wrapped = await wrappedVolume(host, volume, size);
  const only = { number: 1, startBytes: mebibyte, sizeBytes: 62 * mebibyte } as const;
  await host.format(wrapped.path, {
    kind: 'gpt',
    partitions: [{ ...only, kind: 'primary', name: 'only one' }],
  });
  await host.ports.partitionMaps.add({ device: wrapped.path, access: 'read-write' });
  return { ...wrapped, partition: `${wrapped.path}p1` };
}
