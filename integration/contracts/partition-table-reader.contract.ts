import { describe, expect, it } from 'vitest';
import {
  type MakeBlockHost,
  mebibyte,
  type SampleContent,
  type SamplePartition,
  wrappedVolume,
} from './block-host.js';
import { useHost } from './use-host.js';

const size = 64 * mebibyte;

/** What every {@link PartitionTableReader} promises. */
export function describePartitionTableReaderContract(name: string, makeHost: MakeBlockHost): void {
  describe(`partition table reader contract: ${name}`, () => {
    const host = useHost(makeHost);

    async function readBack(volume: string, content: SampleContent) {
      const { path } = await wrappedVolume(host(), volume, size);
      await host().format(path, content);
      return host().ports.partitionTables.readTable(path);
    }

    it('reads an msdos table with logical partitions', async () => {
      const partitions: readonly SamplePartition[] = [
        { number: 1, kind: 'primary', startBytes: mebibyte, sizeBytes: 15 * mebibyte },
        { number: 3, kind: 'extended', startBytes: 16 * mebibyte, sizeBytes: 48 * mebibyte },
        { number: 5, kind: 'logical', startBytes: 17 * mebibyte, sizeBytes: 46 * mebibyte },
      ];
      const table = await readBack('pt-msdos', { kind: 'msdos', partitions });
      expect(table).toMatchObject({
        label: 'msdos',
        sizeBytes: size,
        logicalSectorSizeBytes: 512,
        partitions,
      });
      expect(table.partitions.every(({ name: given }) => given === undefined)).toBe(true);
    });

    it('reads a GPT with the names of its partitions', async () => {
      const partitions: readonly SamplePartition[] = [
        { number: 1, kind: 'primary', startBytes: mebibyte, sizeBytes: 15 * mebibyte, name: 'ESP' },
        {
          number: 2,
          kind: 'primary',
          startBytes: 16 * mebibyte,
          sizeBytes: 16 * mebibyte,
          name: 'my data: 1',
        },
      ];
      const table = await readBack('pt-gpt', { kind: 'gpt', partitions });
      expect(table).toMatchObject({ label: 'gpt', partitions });
    });

    it('reads a table without partitions', async () => {
      const table = await readBack('pt-empty', { kind: 'msdos', partitions: [] });
      expect(table).toMatchObject({ label: 'msdos', partitions: [] });
    });

    it('refuses whatever is no table', async () => {
      const contents: readonly SampleContent[] = [
        { kind: 'file-system', type: 'ext4' },
        { kind: 'swap' },
        { kind: 'physical-volume' },
      ];
      for (const [index, content] of contents.entries()) {
        const reading = readBack(`pt-none-${String(index)}`, content);
        await expect(reading).rejects.toMatchObject({ code: 'output-unexpected' });
      }
      const { path } = await wrappedVolume(host(), 'pt-blank', size);
      const blank = host().ports.partitionTables.readTable(path);
      await expect(blank).rejects.toMatchObject({ code: 'output-unexpected' });
    });

    it('misses a device that is not there', async () => {
      const missing = host().ports.partitionTables.readTable('/dev/mapper/no-such-device');
      await expect(missing).rejects.toMatchObject({ code: 'device-not-found' });
    });
  });
}
