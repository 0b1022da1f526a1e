import { describe, expect, it } from 'vitest';
import { XenBackupError } from '../../core/index.js';
import { endedCopy, quietStatistics } from '../testing/memory-mounts.contract.js';
import { guestOf } from '../testing/memory-world.contract.js';
import { ThreeHosts, twoDiskLayout } from '../testing/three-hosts.contract.js';

describe('signals, limits and lost locks', () => {
  const duringCopy = (hosts: ThreeHosts, happens: () => void): void => {
    hosts.world.host('a').mounts.onCopy = ({ pass }, { signal }) => {
      if (pass === 'real') happens();
      return signal?.aborted === true
        ? endedCopy('interrupted', 20)
        : { kind: 'done', statistics: quietStatistics };
    };
  };

  it('failure case 23: a signal in the middle of a copy ends in an orderly teardown on all hosts', async () => {
    const hosts = new ThreeHosts();
    hosts.guests.push(guestOf('two', ['a', 'b']));
    hosts.addGuest('two', twoDiskLayout(), ['two-root', 'two-home', 'two-boot']);
    const reason = new XenBackupError('interrupted', {
      message: 'SIGTERM',
      details: { signalNumber: 15 },
    });
    duringCopy(hosts, () => {
      hosts.abort.abort(reason);
    });
    const { report } = await hosts.run();
    expect(report.exitCode).toBe(143);
    expect(report.guests.map(({ outcome, code }) => [outcome, code])).toEqual([
      ['failed', 'interrupted'],
      ['failed', 'interrupted'],
    ]);
    expect(hosts.traces).toEqual([]);
    expect(hosts.record('b')).toMatchObject({ state: 'syncing' });
    expect(hosts.world.trace(/create-snapshot .*two/)).toEqual([]);
  });

  it('a guest that takes too long is ended as by a signal, the next one is begun', async () => {
    const hosts = new ThreeHosts();
    hosts.guests.splice(
      0,
      1,
      guestOf('dc1', ['a', 'b'], { maxDurationMs: 60_000 }),
      guestOf('two', ['a', 'b']),
    );
    hosts.addGuest('two', twoDiskLayout(), ['two-root', 'two-home', 'two-boot']);
    const { report } = await hosts.run();
    // The clock of the test lets the minute pass at once.
    expect(report.guests.map(({ outcome }) => outcome)).toEqual(['failed', 'done']);
    expect(report.guests[0]?.reason).toMatch(/it took longer than maxDuration \(1 min 00 s\)/);
    expect(hosts.traces).toEqual([]);
  });

  it('the loss of a target lock ends the copy to that target alone', async () => {
    const hosts = new ThreeHosts();
    const lost = new XenBackupError('host-unreachable', { message: 'the lock was lost' });
    hosts.world.host('a').mounts.onCopy = ({ pass, peer }, { signal }) => {
      if (pass === 'real' && peer.address === 'b.example') {
        hosts.world.host('b').locks.get('guest-dc1')?.lost.abort(lost);
      }
      return signal?.aborted === true
        ? endedCopy('interrupted', 20)
        : { kind: 'done', statistics: quietStatistics };
    };
    const report = await hosts.report();
    const [b, c] = ['b', 'c'].map((name) => report.targets.find(({ host }) => host === name));
    expect(b).toMatchObject({
      outcome: 'failed',
      code: 'host-unreachable',
      reason: 'the lock was lost',
    });
    expect(c).toMatchObject({ outcome: 'done' });
    expect(hosts.record('b')).toMatchObject({ state: 'syncing' });
  });

  it.each(['guest-dc1', 'run-run0000001'])(
    'the loss of the source lock %s ends the guest',
    async (name) => {
      const hosts = new ThreeHosts();
      duringCopy(hosts, () => {
        hosts.world
          .host('a')
          .locks.get(name)
          ?.lost.abort(new XenBackupError('host-unreachable', { message: 'lost' }));
      });
      const report = await hosts.report();
      expect(report.targets.map(({ code }) => code)).toEqual([
        'host-unreachable',
        'host-unreachable',
      ]);
      expect(hosts.record('b')?.state).toBe('syncing');
      expect(hosts.traces).toEqual([]);
    },
  );

  it('the loss of the lock during the teardown keeps the standby from being called complete', async () => {
    const hosts = new ThreeHosts();
    hosts.world.watchers.push(({ host, what }, moment) => {
      if (host === 'b' && what.startsWith('remove-map') && moment === 'after') {
        hosts.world
          .host('b')
          .locks.get('guest-dc1')
          ?.lost.abort(new XenBackupError('host-unreachable', { message: 'lost' }));
      }
    });
    expect(await hosts.report({ targets: ['b'] })).toMatchObject({
      outcome: 'failed',
      code: 'host-unreachable',
    });
    expect(hosts.record('b')).toMatchObject({ state: 'syncing' });
  });
});
