import { describe, expect, it } from 'vitest';
import { contractRun, type MakeBlockHost, mebibyte, wrappedVolume } from './block-host.js';
import { useHost } from './use-host.js';

const rulePath = `/run/udev/rules.d/56-xen-backup-${contractRun}.rules`;

/** What every {@link DeviceEvents} promises. */
export function describeDeviceEventsContract(name: string, makeHost: MakeBlockHost): void {
  describe(`device events contract: ${name}`, () => {
    const host = useHost(makeHost);
    const events = () => host().ports.deviceEvents;

    it('keeps udev from activating a guest’s group once its rule is in place', async () => {
      await events().installRule(rulePath);
      const size = 64 * mebibyte;
      const { path } = await wrappedVolume(host(), 'de-guest', size);
      const only = { number: 1, startBytes: mebibyte, sizeBytes: 62 * mebibyte } as const;
      await host().format(path, { kind: 'gpt', partitions: [{ ...only, kind: 'primary' }] });
      const request = { device: path, access: 'read-write' } as const;
      await host().ports.partitionMaps.add(request);
      const volumes = [{ name: 'root', sizeBytes: 8 * mebibyte }];
      await host().createGuestGroup({ name: 'de-guest-group', devices: [`${path}p1`], volumes });
      // Taken away and shown again, as a run finds it.
      await host().ports.partitionMaps.remove(path);
      await host().ports.partitionMaps.add(request);
      await events().settle();
      await host().clock.sleep(30_000);
      const maps = await host().ports.deviceMapper.list();
      expect(maps.filter((map) => map.name.startsWith('de--guest'))).toEqual([]);
      await host().ports.partitionMaps.remove(path);
    });

    it('tells whether udev follows the rule', async () => {
      await events().installRule(rulePath);
      const { path } = await wrappedVolume(host(), 'de-proof', 64 * mebibyte);
      expect(await events().isLeftAlone(path)).toBe(true);
      const nobody = events().isLeftAlone('/dev/mapper/no-such-map');
      await expect(nobody).rejects.toMatchObject({ code: 'device-not-found' });
    });

    it('installs the rule again without complaint', async () => {
      await events().installRule(rulePath);
      await events().installRule(rulePath);
    });

    it('removes the rule, and is content when it is gone', async () => {
      await events().installRule(rulePath);
      await events().removeRule(rulePath);
      await events().removeRule(rulePath);
    });

    it('settles', async () => {
      await events().settle();
      await events().settle();
    });
  });
}
