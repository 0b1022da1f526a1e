import { describe, expect, it } from 'vitest';
import { ThreeHosts } from '../testing/three-hosts.contract.js';

describe('a host whose udev does not follow our rule', () => {
  it('is refused before anything of a guest can be seen there', async () => {
    const hosts = new ThreeHosts();
    hosts.world.host('b').udev = 'deaf';
    const { targets } = await hosts.report();
    expect(targets).toMatchObject([
      { host: 'b', outcome: 'refused', code: 'udev-rule-ignored' },
      { host: 'c', outcome: 'done' },
    ]);
    expect(hosts.world.trace(/^b: (create-map|add-partition|mount )/)).toEqual([]);
    expect(hosts.traces).toEqual([]);
  });

  it('cannot be the source either', async () => {
    const hosts = new ThreeHosts();
    hosts.world.host('a').udev = 'deaf';
    expect(await hosts.report()).toMatchObject({ outcome: 'failed', code: 'udev-rule-ignored' });
    expect(hosts.world.trace(/create-snapshot|create-map/)).toEqual([]);
    expect(hosts.traces).toEqual([]);
  });
});
