import { describe, expect, it } from 'vitest';
import { articleLayout, partitioned, swap, withDisk } from '../../core/testing/layout.contract.js';
import { ThreeHosts } from '../testing/three-hosts.contract.js';

describe('plan and dry run', () => {
  it('a plan opens and closes everything, copies nothing, and opens targets only to read', async () => {
    const hosts = new ThreeHosts();
    const { report, plans } = await hosts.run({ mode: 'plan' });
    expect(report.exitCode).toBe(0);
    expect(hosts.world.trace(/copy|records.*write|write.*records/)).toEqual([]);
    const mounts = hosts.world.trace(/[bc]: mount \//);
    expect(mounts).toHaveLength(4);
    for (const line of mounts) expect(line).toMatch(/ ro,nosuid,nodev,noexec,noload$/);
    const [plan] = plans;
    expect(plan?.targets.map(({ host, transfers }) => [host, transfers.length])).toEqual([
      ['b', 3],
      ['c', 3],
    ]);
    expect(plan?.notCopied).toEqual([]);
    // The write protection of three trees needs no undo of its own.
    expect(plan?.steps).toHaveLength((plan?.teardown.length ?? 0) + 3);
    expect(hosts.traces).toEqual([]);
  });

  it('lists steps and teardown of all hosts, each in the order in which it happened', async () => {
    const hosts = new ThreeHosts();
    const { plans } = await hosts.run({ mode: 'plan' });
    const ids = plans[0]!.steps.map(({ id }) => id);
    expect(ids).toEqual([...ids].sort((left, right) => left - right));
    const closed = plans[0]!.teardown.map(({ host }) => host);
    expect(closed.lastIndexOf('b')).toBeLessThan(closed.indexOf('a'));
    expect(closed.lastIndexOf('c')).toBeLessThan(closed.indexOf('a'));
  });

  it('a dry run counts and changes nothing, the targets being opened only to read', async () => {
    const hosts = new ThreeHosts();
    const report = await hosts.report({ mode: 'dry-run' });
    expect(report).toMatchObject({ outcome: 'done', targets: [{ files: 4, deletions: 2 }, {}] });
    expect(report.targets.some((target) => 'generation' in target)).toBe(false);
    expect(hosts.world.trace(/copy real|write.*records/)).toEqual([]);
    expect(hosts.world.trace(/[bc]: mount .* rw/)).toEqual([]);
    expect(hosts.data('b')).toEqual(['old', 'old']);
    expect(hosts.record('b')).toBeUndefined();
  });

  it('a plan that finds a conflict ends in 4, a run in 10', async () => {
    for (const [mode, exitCode] of [
      ['plan', 4],
      ['run', 10],
    ] as const) {
      const hosts = new ThreeHosts();
      hosts.world
        .host('b')
        .addGuest('dc1', withDisk(articleLayout(), 'xvda', partitioned('gpt', [swap('s')])));
      const { report } = await hosts.run({ mode });
      expect(report.exitCode).toBe(exitCode);
      expect(report.guests[0]?.targets[0]).toMatchObject({
        host: 'b',
        outcome: 'failed',
        code: 'layout-drift',
      });
      expect(report.guests[0]?.targets[1]).toMatchObject({ host: 'c', outcome: 'done' });
    }
  });
});
