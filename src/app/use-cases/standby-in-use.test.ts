import { describe, expect, it } from 'vitest';
import { ThreeHosts } from '../testing/three-hosts.contract.js';

const old = ['old', 'old'];

describe('failure case 4: a standby in use', () => {
  it.each(['running', 'paused', 'crashed', 'in shutdown'] as const)(
    'is refused when it is %s at the beginning',
    async (state) => {
      const hosts = new ThreeHosts();
      hosts.world.host('b').domains.get('dc1')!.state = state;
      const report = await hosts.report();
      if (state === 'running') {
        expect(report).toMatchObject({
          outcome: 'failed',
          code: 'guest-on-two-hosts',
          targets: [],
        });
      } else {
        expect(report.targets).toMatchObject([
          { host: 'b', outcome: 'refused', code: 'standby-in-use' },
          { outcome: 'done' },
        ]);
      }
      expect(hosts.world.trace(/b: (create|mount )/)).toEqual([]);
    },
  );

  it.each([
    ['before its lock was taken', /b: lock guest/, /b: create/],
    ['while the dry pass ran', /copied dry/, /copy real|b: write .*records/],
  ])('is refused when it was started %s', async (_, moment, forbidden) => {
    const hosts = new ThreeHosts();
    hosts.world.watchers.push(({ host, what }, when) => {
      if (when === 'after' && moment.test(`${host}: ${what}`)) {
        hosts.world.host('b').domains.get('dc1')!.state = 'running';
      }
    });
    const report = await hosts.report({ targets: ['b'] });
    expect(report).toMatchObject({
      code: 'standby-in-use',
      reason: 'b: the standby of dc1 on b is running',
    });
    expect(hosts.world.trace(forbidden)).toEqual([]);
    expect(hosts.data('b')).toEqual(old);
  });

  it('is refused when its volume is open: mounted, mapped or attached by anyone', async () => {
    const hosts = new ThreeHosts();
    const { logicalVolumes } = hosts.world.host('b').devices;
    logicalVolumes.set('dc1-xvda', { ...logicalVolumes.get('dc1-xvda')!, open: true });
    const report = await hosts.report({ targets: ['b'] });
    expect(report).toMatchObject({
      code: 'standby-in-use',
      reason: expect.stringContaining('vg/dc1-xvda (disk xvda of dc1) on b is in use'),
    });
    expect(hosts.world.trace(/b: settle/)).toHaveLength(3);
    expect(hosts.world.trace(/b: create/)).toEqual([]);
  });

  it('is not refused when udev only had a look', async () => {
    const hosts = new ThreeHosts();
    const { logicalVolumes } = hosts.world.host('b').devices;
    logicalVolumes.set('dc1-xvda', { ...logicalVolumes.get('dc1-xvda')!, open: true });
    hosts.world.watchers.push(({ host, what }) => {
      if (host === 'b' && what === 'settle') {
        logicalVolumes.set('dc1-xvda', { ...logicalVolumes.get('dc1-xvda')!, open: false });
      }
    });
    expect(await hosts.report({ targets: ['b'] })).toMatchObject({ outcome: 'done' });
  });

  it('is refused when its disk has another size, in words that tell the sizes apart', async () => {
    const hosts = new ThreeHosts();
    const { logicalVolumes } = hosts.world.host('b').devices;
    const volume = logicalVolumes.get('dc1-xvda')!;
    logicalVolumes.set('dc1-xvda', { ...volume, sizeBytes: volume.sizeBytes + 512 });
    expect(await hosts.report({ targets: ['b'] })).toMatchObject({
      code: 'layout-drift',
      reason: 'b: disk xvda is 1180696576 bytes on a and 1180697088 bytes on b',
    });
    expect(hosts.world.trace(/b: create/)).toEqual([]);
  });
});
