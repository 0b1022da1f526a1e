import { describe, expect, it } from 'vitest';
import { type MakeBlockHost, mebibyte, type SampleContent, wrappedVolume } from './block-host.js';
import { mappedPartition } from './partition-mapper.contract.js';
import { matching, useHost } from './use-host.js';

const size = 64 * mebibyte;

/** What every {@link ContentProbe} promises. */
export function describeContentProbeContract(name: string, makeHost: MakeBlockHost): void {
  describe(`content probe contract: ${name}`, () => {
    const host = useHost(makeHost);
    const contents = () => host().ports.contents;

    async function probed(volume: string, content: SampleContent) {
      const { path } = await wrappedVolume(host(), volume, size);
      await host().format(path, content);
      return (await contents().probe(path)).content;
    }

    it('tells a blank device from one that is not there', async () => {
      const { path } = await wrappedVolume(host(), 'cp-blank', size);
      expect(await contents().probe(path)).toEqual({ content: { kind: 'blank' } });
      const missing = '/dev/mapper/no-such-device';
      await expect(contents().probe(missing)).rejects.toMatchObject({ code: 'device-not-found' });
      const sizeOfMissing = contents().sizeBytes(missing);
      await expect(sizeOfMissing).rejects.toMatchObject({ code: 'device-not-found' });
    });

    it('knows the size of a device', async () => {
      const { path } = await wrappedVolume(host(), 'cp-size', size);
      expect(await contents().sizeBytes(path)).toBe(size);
    });

    it('knows file systems by type, UUID and label', async () => {
      const content = await probed('cp-fs', {
        kind: 'file-system',
        type: 'ext4',
        label: 'my root',
      });
      expect(content).toEqual({
        kind: 'file-system',
        type: 'ext4',
        uuid: matching(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
        label: 'my root',
      });
      const unnamed = await probed('cp-fs-unnamed', { kind: 'file-system', type: 'ext4' });
      expect(unnamed).not.toHaveProperty('label');
    });

    it('knows swap, physical volumes and partition tables', async () => {
      expect(await probed('cp-swap', { kind: 'swap', label: 'sw' })).toMatchObject({
        kind: 'swap',
        label: 'sw',
      });
      expect(await probed('cp-pv', { kind: 'physical-volume' })).toMatchObject({
        kind: 'physical-volume',
        uuid: matching(/^\w{6}(?:-\w{4}){5}-\w{6}$/),
      });
      expect(await probed('cp-msdos', { kind: 'msdos', partitions: [] })).toMatchObject({
        kind: 'partition-table',
        label: 'msdos',
      });
      expect(await probed('cp-gpt', { kind: 'gpt', partitions: [] })).toMatchObject({
        kind: 'partition-table',
        label: 'gpt',
      });
    });

    it('knows a partition’s own names, whatever stands in it', async () => {
      const { partition, path } = await mappedPartition(host(), 'cp-partition');
      const blank = await contents().probe(partition);
      expect(blank).toEqual({
        content: { kind: 'blank' },
        partitionUuid: matching(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
        partitionLabel: 'only one',
      });
      await host().format(partition, { kind: 'file-system', type: 'ext4' });
      expect(await contents().probe(partition)).toMatchObject({
        content: { kind: 'file-system', type: 'ext4' },
        partitionUuid: blank.partitionUuid,
      });
      await host().ports.partitionMaps.remove(path);
    });

    it('sees a clone’s content as it is', async () => {
      const one = await wrappedVolume(host(), 'cp-clone-1', size);
      const two = await wrappedVolume(host(), 'cp-clone-2', size);
      await host().format(one.path, { kind: 'file-system', type: 'ext4' });
      await host().copyDevice(one.path, two.path);
      expect(await contents().probe(two.path)).toEqual(await contents().probe(one.path));
    });
  });
}
