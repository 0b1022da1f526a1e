import { describe, expect, it } from 'vitest';
import { XenBackupError } from '../../core/index.js';
import { endedCopy, quietStatistics } from '../testing/memory-mounts.contract.js';
import { articleGuest, ThreeHosts } from '../testing/three-hosts.contract.js';

describe('failure cases 5 and 6: old primaries and torn standbys', () => {
  const takeOver = async (hosts: ThreeHosts): Promise<void> => {
    hosts.world.host('a').domains.get('dc1')!.state = 'shut off';
    hosts.world.host('b').domains.get('dc1')!.state = 'running';
    for (const uuid of articleGuest) hosts.world.host('b').mounts.data.set(uuid, 'newer');
    hosts.world.host('b').mounts.fstabs.set('aaaa-root', '');
  };

  it('an old primary that comes back overwrites nothing, not even after it found another target', async () => {
    const hosts = new ThreeHosts();
    await hosts.run({ targets: ['b'] });
    await takeOver(hosts);
    hosts.world.unreachable.set('a', new XenBackupError('host-unreachable', { message: 'dead' }));
    expect(await hosts.report()).toMatchObject({
      outcome: 'failed',
      targets: [{ host: 'a' }, { host: 'c', outcome: 'done' }],
    });
    // a comes back and starts its old guest; b is shut off by mistake.
    hosts.world.unreachable.clear();
    hosts.world.host('a').domains.get('dc1')!.state = 'running';
    hosts.world.host('b').domains.get('dc1')!.state = 'shut off';
    for (let runs = 0; runs < 4; runs += 1) {
      const report = await hosts.report();
      expect(report).toMatchObject({ outcome: 'failed', code: 'source-outdated' });
      expect(report.targets.map(({ code }) => code)).toEqual([
        'source-outdated',
        'source-outdated',
      ]);
    }
    expect([hosts.data('b'), hosts.data('c')]).toEqual([
      ['newer', 'newer'],
      ['newer', 'newer'],
    ]);
  });

  it('says which host holds what, and how to go on', async () => {
    const hosts = new ThreeHosts();
    await hosts.run();
    hosts.world.host('a').files.delete('/var/lib/xen-backup/records/dc1.json');
    const { targets } = await hosts.report();
    expect(targets[0]).toMatchObject({
      code: 'source-outdated',
      reason: 'a remembers no replication of dc1, and b holds replication 1 from a',
      remedy: expect.stringMatching(
        /lost its state directory.*xen-backup run dc1 --target b --discard-standby-changes dc1$/,
      ),
    });
    const asked = { targets: ['b'], guests: ['dc1'], discardStandbyChanges: 'dc1' };
    expect(await hosts.report(asked)).toMatchObject({ outcome: 'done' });
    expect(await hosts.report()).toMatchObject({
      targets: [{ outcome: 'done' }, { host: 'c', code: 'source-outdated' }],
    });
  });

  it('a torn standby is repaired by the next run', async () => {
    const hosts = new ThreeHosts();
    hosts.world.host('a').mounts.onCopy = ({ pass }) =>
      pass === 'real'
        ? endedCopy('connection-lost', 255)
        : { kind: 'done', statistics: quietStatistics };
    await hosts.run({ targets: ['b'] });
    expect(hosts.record('b')).toMatchObject({ state: 'syncing', counter: 1 });
    hosts.world.host('a').mounts.onCopy = () => ({ kind: 'done', statistics: quietStatistics });
    expect(await hosts.report({ targets: ['b'] })).toMatchObject({ outcome: 'done' });
    expect(hosts.record('b')).toMatchObject({ state: 'complete', counter: 2 });
  });

  it('a torn standby that was started replicates to nobody', async () => {
    const hosts = new ThreeHosts();
    await hosts.run({ targets: ['c'] });
    hosts.world.host('a').mounts.onCopy = ({ pass }) =>
      pass === 'real'
        ? endedCopy('connection-lost', 255)
        : { kind: 'done', statistics: quietStatistics };
    await hosts.run({ targets: ['b'] });
    await takeOver(hosts);
    const report = await hosts.report();
    expect(report.targets.map(({ code }) => code)).toEqual(['source-outdated', 'source-outdated']);
    expect(report.reason).toBe('a: b holds a torn copy of replication 2 of dc1');
    expect(hosts.data('c')).toEqual(['new', 'new']);
  });

  it('a run that died after a standby was complete does not make its source outdated', async () => {
    const hosts = new ThreeHosts();
    hosts.world.watchers.push(({ host, what }, moment) => {
      if (
        host === 'b' &&
        /write .*records/.test(what) &&
        moment === 'after' &&
        hosts.record('b')?.state === 'complete'
      ) {
        hosts.world.die();
      }
    });
    await hosts.run({ targets: ['b'] }).catch(() => undefined);
    hosts.world.revive();
    expect(hosts.record('b')).toMatchObject({ state: 'complete', counter: 1 });
    expect(await hosts.report()).toMatchObject({ outcome: 'done' });
  });
});

describe('--from', () => {
  const shutOff = (hosts: ThreeHosts): void => {
    hosts.world.host('a').domains.get('dc1')!.state = 'shut off';
  };

  it('replicates a guest that is shut off everywhere when the records prove the host newest', async () => {
    const hosts = new ThreeHosts();
    await hosts.run();
    shutOff(hosts);
    expect(await hosts.report({ from: 'a' })).toMatchObject({ outcome: 'done', source: 'a' });
    expect(hosts.record('b')?.counter).toBe(2);
  });

  it('refuses a host without a record, and one that was a standby', async () => {
    const hosts = new ThreeHosts();
    shutOff(hosts);
    expect(await hosts.report({ from: 'a' })).toMatchObject({
      code: 'source-unproven',
      reason: expect.stringContaining('has no record of this guest'),
    });
    hosts.world.host('a').domains.get('dc1')!.state = 'running';
    await hosts.run();
    shutOff(hosts);
    expect(await hosts.report({ from: 'b' })).toMatchObject({
      code: 'source-unproven',
      reason: expect.stringContaining('was the standby of replication 1'),
    });
    expect(hosts.data('a')).toEqual(['new', 'new']);
  });

  it('asks hosts as well that are not to be served: they may have the newest data', async () => {
    const hosts = new ThreeHosts();
    await hosts.run();
    shutOff(hosts);
    hosts.world.fail(
      /c: read .*records/,
      new XenBackupError('file-unreadable', { message: 'c has a bad disk' }),
    );
    expect(await hosts.report({ from: 'a', targets: ['b'] })).toMatchObject({
      outcome: 'failed',
      reason: 'c has a bad disk',
    });
    expect(hosts.world.trace(/create-snapshot/)).toHaveLength(1);
  });

  it('does not copy when the guest is started after the inventory', async () => {
    const hosts = new ThreeHosts();
    await hosts.run();
    shutOff(hosts);
    hosts.world.calls.length = 0;
    hosts.world.watchers.push(({ host, what }, moment) => {
      if (host === 'a' && what.startsWith('lock guest') && moment === 'after')
        hosts.world.host('a').domains.get('dc1')!.state = 'paused';
    });
    expect(await hosts.report({ from: 'a' })).toMatchObject({
      outcome: 'failed',
      code: 'guest-state-changed',
    });
    expect(hosts.world.trace(/create/)).toEqual([]);
  });
});
