import { describe, expect, it } from 'vitest';
import { quietStatistics } from '../testing/memory-mounts.contract.js';
import { guestOf } from '../testing/memory-world.contract.js';
import { ThreeHosts, twoDiskLayout } from '../testing/three-hosts.contract.js';

describe('a run', () => {
  it('brings all standbys up to date, leaves no trace, and remembers it', async () => {
    const hosts = new ThreeHosts();
    const { report, plans } = await hosts.run();
    expect(report).toMatchObject({
      command: 'run',
      exitCode: 0,
      residue: [],
      guests: [
        {
          guest: 'dc1',
          outcome: 'done',
          source: 'a',
          snapshotPeakShare: 0.1,
          targets: [
            { host: 'b', outcome: 'done', files: 4, bytes: 4096, deletions: 2, generation: 1 },
            { host: 'c', outcome: 'done', generation: 1 },
          ],
        },
      ],
    });
    expect([hosts.data('b'), hosts.data('c')]).toEqual([
      ['new', 'new'],
      ['new', 'new'],
    ]);
    expect(hosts.traces).toEqual([]);
    expect([hosts.record('a'), hosts.record('b'), hosts.record('c')]).toMatchObject([
      { role: 'source', state: 'complete', counter: 1, source: 'a' },
      { role: 'standby', state: 'complete', counter: 1, source: 'a' },
      { role: 'standby', state: 'complete', counter: 1, source: 'a' },
    ]);
    expect(plans[0]?.mounts.order.map(({ guestPath }) => guestPath)).toEqual(['/', '/boot']);
    expect(hosts.world.events.at(-1)).toMatchObject({ type: 'report', report: { exitCode: 0 } });
  });

  it('counts on from run to run', async () => {
    const hosts = new ThreeHosts();
    await hosts.run();
    await hosts.run({ targets: ['b'] });
    expect(
      [hosts.record('a'), hosts.record('b'), hosts.record('c')].map((record) => record?.counter),
    ).toEqual([2, 2, 1]);
    await hosts.run();
    expect(hosts.record('c')).toMatchObject({ counter: 3, state: 'complete' });
  });

  it('copies in the order of the guest, rsync being started on the source for each target', async () => {
    const hosts = new ThreeHosts();
    await hosts.run();
    const { copies } = hosts.world.host('a').mounts;
    const toB = copies.filter(({ peer }) => peer.address === 'b.example');
    expect(toB.map(({ pass, maxDeletes }) => [pass, maxDeletes])).toEqual([
      ['dry', undefined],
      ['dry', undefined],
      ['real', 1],
      ['real', 1],
    ]);
    expect(toB.map(({ excludes }) => excludes)).toEqual([['/tmp/*'], [], ['/tmp/*'], []]);
    for (const { tag, targetLock } of copies) {
      expect(tag).toMatch(/^run0000001-\d+$/);
      expect(targetLock).toBe('guest-dc1');
    }
    expect(new Set(toB.map(({ tag }) => tag)).size).toBe(4);
  });

  it('refuses guests and hosts that nobody has configured, before it asks anyone', async () => {
    const hosts = new ThreeHosts();
    await expect(hosts.run({ guests: ['dc9'] })).rejects.toMatchObject({ code: 'guest-unknown' });
    await expect(hosts.run({ targets: ['z'] })).rejects.toMatchObject({ code: 'usage-invalid' });
    await expect(hosts.run({ from: 'z' })).rejects.toMatchObject({ code: 'usage-invalid' });
    expect(hosts.world.trace()).toEqual([]);
  });

  it('works on a guest once that is named twice', async () => {
    const hosts = new ThreeHosts();
    const { report } = await hosts.run({ guests: ['dc1', 'dc1'] });
    expect(report.guests).toHaveLength(1);
  });
});

describe('the order of a run', () => {
  it('takes all snapshots of a guest before anything of it is read', async () => {
    const hosts = new ThreeHosts();
    hosts.guests.splice(0, 1, guestOf('two', ['a', 'b']));
    hosts.addGuest('two', twoDiskLayout(), ['two-root', 'two-home', 'two-boot']);
    await hosts.run();
    expect(hosts.world.trace(/create-snapshot/)).toHaveLength(2);
    expect(hosts.last(/create-snapshot/)).toBeLessThan(hosts.first(/create-map|probe/));
    expect(hosts.data('b', ['two-root', 'two-home', 'two-boot'])).toEqual(['new', 'new', 'new']);
  });

  it('proves mounts and snapshots before the first dry pass, and again before the first real one', async () => {
    const hosts = new ThreeHosts();
    await hosts.run({ targets: ['b'] });
    const proof = ['a: health', 'a: mounts', 'b: mounts'];
    for (const line of proof) {
      expect(hosts.first(new RegExp(line))).toBeLessThan(hosts.first(/copy dry/));
      const trace = hosts.world.trace();
      const between = trace.slice(hosts.last(/copied dry/), hosts.first(/copy real/));
      expect(between.some((call) => call.startsWith(line))).toBe(true);
    }
  });

  it('proves them after each real pass as well', async () => {
    const hosts = new ThreeHosts();
    await hosts.run({ targets: ['b'] });
    const trace = hosts.world.trace();
    const first = hosts.first(/copied real/);
    const next = trace.findIndex((line, index) => index > first && line.includes('copy real'));
    expect(trace.slice(first, next).some((line) => line.startsWith('a: health'))).toBe(true);
    expect(
      trace.slice(hosts.last(/copied real/)).some((line) => line.startsWith('b: mounts')),
    ).toBe(true);
  });

  it('makes the dry pass over every file system before the first byte is written to any', async () => {
    const hosts = new ThreeHosts();
    await hosts.run({ targets: ['b'] });
    expect(hosts.last(/copied dry/)).toBeLessThan(hosts.first(/copy real/));
  });

  it('asks again under the lock, right before it writes, whether the standby is at rest', async () => {
    const hosts = new ThreeHosts();
    await hosts.run({ targets: ['b'] });
    expect(hosts.first(/b: lock guest/)).toBeLessThan(hosts.first(/b: state/));
    expect(hosts.first(/b: state/)).toBeLessThan(hosts.first(/b: create-map/));
    const trace = hosts.world.trace();
    const between = trace.slice(hosts.last(/copied dry/), hosts.first(/b: write .*records/));
    expect(between.filter((line) => line === 'b: state dc1')).toHaveLength(1);
    // And when everything is unmounted: a guest that started meanwhile leaves it torn.
    const after = trace.slice(hosts.last(/b: unmount/), hosts.last(/b: write .*records/));
    expect(after.filter((line) => line === 'b: state dc1')).toHaveLength(1);
  });

  it('marks the standby torn before the first byte, and the source before the standby', async () => {
    const hosts = new ThreeHosts();
    const states: (string | undefined)[] = [];
    hosts.world.host('a').mounts.onCopy = ({ pass }) => {
      if (pass === 'real') states.push(hosts.record('b')?.state);
      return { kind: 'done', statistics: quietStatistics };
    };
    await hosts.run({ targets: ['b'] });
    expect(states).toEqual(['syncing', 'syncing']);
    expect(hosts.first(/a: write .*records/)).toBeLessThan(hosts.first(/b: write .*records/));
    expect(hosts.first(/b: write .*records/)).toBeLessThan(hosts.first(/copy real/));
  });

  it('calls it complete only after the last unmount and the flush of every disk', async () => {
    const hosts = new ThreeHosts();
    await hosts.run({ targets: ['b'] });
    const complete = hosts.last(/b: write .*records/);
    expect(hosts.last(/b: (unmount|remove-map|remove-partition)/)).toBeLessThan(
      hosts.first(/b: flush/),
    );
    expect(hosts.last(/b: flush/)).toBeLessThan(complete);
    expect(hosts.first(/b: unlock guest/)).toBeGreaterThan(complete);
  });

  it('closes the source after all its targets', async () => {
    const hosts = new ThreeHosts();
    await hosts.run();
    expect(hosts.first(/a: unmount/)).toBeGreaterThan(hosts.last(/[bc]: remove-map/));
    expect(hosts.last(/a: remove-snapshot/)).toBeGreaterThan(hosts.last(/a: remove-map/));
  });

  it('keeps udev away before it makes the first map', async () => {
    const hosts = new ThreeHosts();
    await hosts.run();
    for (const name of ['a', 'b', 'c']) {
      expect(hosts.first(new RegExp(`${name}: install-rule`))).toBeLessThan(
        hosts.first(new RegExp(`${name}: create`)),
      );
      expect(hosts.last(new RegExp(`${name}: remove-map`))).toBeLessThan(
        hosts.last(new RegExp(`${name}: remove-rule`)),
      );
    }
  });

  it('serves guests one after another, or so many at once as asked', async () => {
    for (const jobs of [1, 2]) {
      const hosts = new ThreeHosts();
      hosts.guests.push(guestOf('two', ['a', 'b']));
      hosts.addGuest('two', twoDiskLayout(), ['two-root', 'two-home', 'two-boot']);
      const { report } = await hosts.run({ jobs });
      expect(report.exitCode).toBe(0);
      const events = hosts.world.events.map(({ type, guest }) => `${type} ${guest ?? ''}`);
      const overlaps = events.indexOf('guest-started two') < events.indexOf('guest-finished dc1');
      expect(overlaps).toBe(jobs === 2);
      expect(hosts.traces).toEqual([]);
    }
  });
});
