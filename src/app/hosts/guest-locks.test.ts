import { describe, expect, it } from 'vitest';
import { ThreeHosts } from '../testing/three-hosts.contract.js';

const owner = {
  runId: 'other00000',
  controller: 'dom0x',
  processId: 77,
  since: '2026-01-02T03:04',
};
const others = 'run other00000 (process 77 on dom0x) has held its lock on b since 2026-01-02T03:04';

/** Another run holds the guest's lock on b. @returns lets go. */
async function busy(hosts: ThreeHosts): Promise<() => Promise<void>> {
  const attempt = await hosts.world.host('b').ports.locks.tryLock('guest-dc1', owner);
  if (attempt.kind === 'busy') throw new Error('not free');
  return () => attempt.lock.release();
}

describe('failure case 24: a guest that another run works on', () => {
  it('is busy at once by default, and says whose it is, since when and from where', async () => {
    const hosts = new ThreeHosts();
    await busy(hosts);
    const { targets } = await hosts.report();
    expect(targets[0]).toMatchObject({ host: 'b', outcome: 'busy', reason: others });
    expect(hosts.world.trace(/b: lock guest/)).toHaveLength(2);
  });

  it('is waited for as long as was asked for, and replicated when it is free', async () => {
    const hosts = new ThreeHosts();
    const release = await busy(hosts);
    let attempts = 0;
    hosts.world.watchers.push(async ({ host, what }, moment) => {
      if (host !== 'b' || what !== 'lock guest-dc1' || moment !== 'before') return;
      if ((attempts += 1) === 4) await release();
    });
    const { targets } = await hosts.report({ waitMs: 60_000 });
    expect(targets).toMatchObject([
      { host: 'b', outcome: 'done' },
      { host: 'c', outcome: 'done' },
    ]);
    const waits = hosts.world.events.filter(
      (event) => event.type === 'notice' && event.message === `waiting: ${others}`,
    );
    // Said once, not at each attempt.
    expect(waits).toHaveLength(1);
  });

  it('is busy when the time is over', async () => {
    const hosts = new ThreeHosts();
    await busy(hosts);
    const { targets } = await hosts.report({ waitMs: 12_000 });
    expect(targets[0]).toMatchObject({ host: 'b', outcome: 'busy', reason: others });
    // Then the other target is served.
    expect(hosts.world.clock.slept.slice(0, 3)).toEqual([5_000, 5_000, 2_000]);
  });
});
