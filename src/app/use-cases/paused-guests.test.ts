import { describe, expect, it } from 'vitest';
import { ThreeHosts } from '../testing/three-hosts.contract.js';

const runId = 'other00000';
const owner = { runId, controller: 'x', processId: 1, since: 'then' };
const name = `xen-backup-${runId}-1`;

/** dc1 stands on its source, held by another run, which is alive while it has its locks. */
async function pausedByAnotherRun(life: 'alive' | 'dead'): Promise<ThreeHosts> {
  const hosts = new ThreeHosts();
  const { locks, holds } = hosts.world.host('a').ports;
  if (life === 'alive') {
    await locks.tryLock(`run-${runId}`, owner);
    await locks.tryLock('guest-dc1', owner);
  }
  await holds.arm({ name, guest: 'dc1', timer: 'systemd', limitMs: 30_000 });
  await holds.hold({ name, guest: 'dc1', by: 'pause' });
  return hosts;
}

const stateOf = (hosts: ThreeHosts) => hosts.world.host('a').domains.get('dc1')?.state;

describe('a guest that is paused on its source', () => {
  it('is busy while a living run holds it for its snapshots, and stays paused', async () => {
    const hosts = await pausedByAnotherRun('alive');
    const { report } = await hosts.run();
    expect(report).toMatchObject({
      exitCode: 3,
      guests: [{ guest: 'dc1', outcome: 'busy', reason: expect.stringContaining(runId) }],
    });
    expect(stateOf(hosts)).toBe('paused');
    expect(hosts.world.trace(/release|disarm|create-snapshot/)).toEqual([]);
  });

  it('goes on, and is replicated, when the run that paused it is dead', async () => {
    const hosts = await pausedByAnotherRun('dead');
    const { report } = await hosts.run();
    expect(report).toMatchObject({ exitCode: 0, guests: [{ outcome: 'done' }] });
    expect(stateOf(hosts)).toBe('running');
  });

  it('is skipped when it was nobody of us, though its host knows a hold of another guest', async () => {
    const hosts = new ThreeHosts();
    const { domains, ports } = hosts.world.host('a');
    const domain = domains.get('dc1');
    if (domain === undefined) throw new Error('dc1 is not there');
    domain.state = 'paused';
    await ports.locks.tryLock(`run-${runId}`, owner);
    await ports.holds.arm({ name, guest: 'dc2', timer: 'systemd', limitMs: 30_000 });
    const { report } = await hosts.run();
    expect(report).toMatchObject({
      exitCode: 0,
      guests: [{ outcome: 'skipped', reason: 'it is paused on a' }],
    });
  });
});
