import { describe, expect, it } from 'vitest';
import { type MakeBlockHost, mebibyte } from './block-host.js';
import { useHost } from './use-host.js';

const size = 64 * mebibyte;

/** What every RegionReader promises. */
export function describeRegionReaderContract(name: string, makeHost: MakeBlockHost): void {
  describe(`region reader contract: ${name}`, () => {
    const host = useHost(makeHost);
    const regions = () => host().ports.regions;
    const at = (device: string, offsetBytes = 0) => ({ device, offsetBytes, lengthBytes: 4096 });

    it('answers for any number of pieces, in their order', async () => {
      const one = await host().createVolume('rr-order-1', size);
      const two = await host().createVolume('rr-order-2', size);
      await host().format(two, { kind: 'swap' });
      const [first, second, third] = await regions().digest([at(one), at(two), at(one)]);
      expect(first).toMatch(/^[0-9a-f]{64}$/);
      expect([second === first, third]).toEqual([false, first]);
      expect(await regions().digest([])).toEqual([]);
    });

    it('tells what changed, and nothing else', async () => {
      const volume = await host().createVolume('rr-change', size);
      await host().format(volume, { kind: 'swap' });
      const before = await regions().digest([at(volume)]);
      expect(await regions().digest([at(volume)])).toEqual(before);
      await host().format(volume, { kind: 'swap' });
      expect(await regions().digest([at(volume)])).not.toEqual(before);
    });

    it('gives the bytes of each piece', async () => {
      const volume = await host().createVolume('rr-bytes', size);
      const [bytes] = await regions().read([at(volume, mebibyte)]);
      expect(bytes).toEqual(new Uint8Array(4096));
    });

    it('knows a device that is not there', async () => {
      const missing = regions().digest([at('/dev/mapper/no-such-device')]);
      await expect(missing).rejects.toMatchObject({ code: 'device-not-found' });
    });
  });
}
