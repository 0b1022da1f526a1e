import { describe, expect, it } from 'vitest';
import { XenBackupError } from '../../core/index.js';
import type { CopyOutcome } from '../../ports/index.js';
import { quietStatistics } from '../testing/memory-mounts.contract.js';
import { guestOf } from '../testing/memory-world.contract.js';
import { articleGuest, ThreeHosts, twoDiskLayout } from '../testing/three-hosts.contract.js';

const old = ['old', 'old'];

function ended(kind: Exclude<CopyOutcome['kind'], 'done'>, exitCode = 23): CopyOutcome {
  return { kind, exitCode, text: 'rsync: first line\nrsync error: last\u001b line' };
}

describe('the deletion guard', () => {
  it.each([
    ['would empty a file system', { sourceEntries: 1, createdEntries: 0, deletedEntries: 5 }],
    [
      'would delete more than allowed',
      { sourceEntries: 100, createdEntries: 0, deletedEntries: 90 },
    ],
  ])(
    'leaves a target untouched when the dry pass of its last file system %s',
    async (_, counts) => {
      const hosts = new ThreeHosts();
      hosts.world.host('a').mounts.onCopy = ({ excludes, pass }) => {
        const isBoot = excludes.length === 0;
        const statistics =
          isBoot && pass === 'dry' ? { ...quietStatistics, ...counts } : quietStatistics;
        return { kind: 'done', statistics };
      };
      const report = await hosts.report();
      expect(report).toMatchObject({
        outcome: 'failed',
        code: 'deletions-refused',
        targets: [
          { code: 'deletions-refused', reason: expect.stringContaining('/boot (xvda/1) on b') },
          {},
        ],
      });
      expect(hosts.world.trace(/copy real/)).toEqual([]);
      expect([hosts.data('b'), hosts.data('c')]).toEqual([old, old]);
      expect(hosts.record('b')).toBeUndefined();
      expect(hosts.traces).toEqual([]);
    },
  );

  it.each([
    ['more than allowed', { sourceEntries: 100, createdEntries: 0, deletedEntries: 90 }, 'done'],
    ['all there is', { sourceEntries: 1, createdEntries: 0, deletedEntries: 90 }, 'failed'],
  ] as const)('lifted for a run, a dry pass that would delete %s ', async (...row) => {
    const [, counts, outcome] = row;
    const hosts = new ThreeHosts();
    hosts.world.host('a').mounts.onCopy = ({ peer }) => ({
      kind: 'done',
      statistics: { ...quietStatistics, ...(peer.address === 'b.example' ? counts : {}) },
    });
    const limited = await hosts.report();
    expect(limited.targets).toMatchObject([{ code: 'deletions-refused' }, { outcome: 'done' }]);
    const { targets } = await hosts.report({ deletions: 'allowed' });
    expect(targets.map((target) => target.outcome)).toEqual([outcome, 'done']);
    const real = hosts.world
      .host('a')
      .mounts.copies.filter(({ pass, peer }) => pass === 'real' && peer.address === 'b.example');
    // What was counted stays the limit of the real pass.
    expect(real.map(({ maxDeletes }) => maxDeletes)).toEqual(outcome === 'done' ? [90, 90] : []);
  });

  it('gives the real pass exactly the number of deletions that were counted', async () => {
    const hosts = new ThreeHosts();
    hosts.world.host('a').mounts.onCopy = ({ excludes }) => ({
      kind: 'done',
      statistics: { ...quietStatistics, deletedEntries: excludes.length === 0 ? 7 : 0 },
    });
    await hosts.run({ targets: ['b'] });
    const real = hosts.world.host('a').mounts.copies.filter(({ pass }) => pass === 'real');
    expect(real.map(({ maxDeletes }) => maxDeletes)).toEqual([0, 7]);
  });
});

describe('the ways a copy can end', () => {
  it.each<[CopyOutcome, string, RegExp]>([
    [ended('partial'), 'copy-failed', /some files could not be copied \(rsync exit 23\)/],
    [ended('vanished', 24), 'copy-failed', /files vanished from an immutable snapshot/],
    [ended('target-full', 11), 'copy-failed', /the file system on the target is full/],
    [ended('timeout', 30), 'copy-failed', /no data moved for too long/],
    [ended('connection-lost', 255), 'copy-failed', /connection between the hosts was lost/],
    [ended('host-key-unknown', 255), 'copy-failed', /does not know the host key/],
    [ended('tool-missing', 127), 'copy-failed', /rsync is missing on one side/],
    [
      ended('deletion-limit', 25),
      'deletions-refused',
      /would have deleted more than the dry pass had counted/,
    ],
    [
      ended('source-guard-refused', 121),
      'guard-refused',
      /the source directory is not the file system/,
    ],
    [
      ended('target-guard-refused', 123),
      'guard-refused',
      /the target directory is not the file system/,
    ],
    [ended('failed', 1), 'copy-failed', /rsync failed/],
  ])('%j: fails the target and leaves it marked torn', async (outcome, code, message) => {
    const hosts = new ThreeHosts();
    hosts.world.host('a').mounts.onCopy = ({ pass, peer }) =>
      pass === 'real' && peer.address === 'b.example'
        ? outcome
        : { kind: 'done', statistics: quietStatistics };
    const { report } = await hosts.run();
    expect(report.exitCode).toBe(10);
    const [b, c] = report.guests[0]!.targets;
    expect(b).toMatchObject({ host: 'b', outcome: 'failed', code });
    expect(b?.reason).toMatch(message);
    expect(b?.reason).toMatch(
      /^\/ \(VolGroup00\/LogVol00\) from a to b: .*rsync error: last\\x1b line$/,
    );
    expect(c).toMatchObject({ outcome: 'done' });
    expect(hosts.record('b')).toMatchObject({ state: 'syncing' });
    expect(hosts.traces).toEqual([]);
  });

  it('a failing dry pass leaves the target untouched and unmarked', async () => {
    const hosts = new ThreeHosts();
    hosts.world.host('a').mounts.onCopy = () => ended('partial');
    const report = await hosts.report();
    expect(report.targets.map(({ code }) => code)).toEqual(['copy-failed', 'copy-failed']);
    expect(hosts.record('b')).toBeUndefined();
    expect(hosts.data('b')).toEqual(old);
  });

  it('stops after the first file system that fails', async () => {
    const hosts = new ThreeHosts();
    hosts.world.host('a').mounts.onCopy = ({ pass }) =>
      pass === 'real' ? ended('partial') : { kind: 'done', statistics: quietStatistics };
    await hosts.run({ targets: ['b'] });
    expect(hosts.world.trace(/copy real/)).toHaveLength(1);
  });

  it('hands the target over to prove that no receiver lives', async () => {
    const hosts = new ThreeHosts();
    hosts.world.host('a').mounts.onCopy = async ({ tag }, options) => {
      await options.stopReceivers?.(tag ?? '');
      return ended('connection-lost', 255);
    };
    await hosts.run({ targets: ['b'] });
    expect(hosts.world.trace(/stop-receivers/)).toEqual([
      expect.stringMatching(/^b: stop-receivers run0000001-\d+$/),
    ]);
  });
});

describe('failure case 1: a snapshot that overflows', () => {
  const breakSnapshots = (hosts: ThreeHosts): void => {
    const { health } = hosts.world.host('a').devices;
    for (const name of health.keys())
      health.set(name, { kind: 'invalid', status: '0 8 snapshot Invalid' });
  };

  it('is found after the dry pass, before the first byte', async () => {
    const hosts = new ThreeHosts();
    hosts.world.host('a').mounts.onCopy = () => {
      breakSnapshots(hosts);
      return { kind: 'done', statistics: quietStatistics };
    };
    const report = await hosts.report();
    expect(report.targets.map(({ code }) => code)).toEqual([
      'snapshot-invalid',
      'snapshot-invalid',
    ]);
    expect(report.reason).toMatch(
      /snapshot vg\/xen-backup-run0000001-1 of dc1-xvda on a overflowed/,
    );
    expect(hosts.world.trace(/copy real/)).toEqual([]);
    expect(hosts.data('b')).toEqual(old);
  });

  it('is named as the cause when rsync only says that it could not read', async () => {
    const hosts = new ThreeHosts();
    hosts.world.host('a').mounts.onCopy = ({ pass }) => {
      if (pass === 'dry') return { kind: 'done', statistics: quietStatistics };
      breakSnapshots(hosts);
      return ended('partial');
    };
    const report = await hosts.report({ targets: ['b'] });
    expect(report).toMatchObject({ code: 'snapshot-invalid' });
    expect(hosts.record('b')).toMatchObject({ state: 'syncing' });
  });

  it('makes the target torn when it broke during the last pass, though rsync was content', async () => {
    const hosts = new ThreeHosts();
    let passes = 0;
    hosts.world.host('a').mounts.onCopy = () => {
      passes += 1;
      if (passes === 4) breakSnapshots(hosts);
      return { kind: 'done', statistics: quietStatistics };
    };
    const report = await hosts.report({ targets: ['b'] });
    expect(report).toMatchObject({ outcome: 'failed', code: 'snapshot-invalid' });
    expect(hosts.record('b')).toMatchObject({ state: 'syncing' });
  });

  it('peaks are reported', async () => {
    const hosts = new ThreeHosts();
    let share = 0.1;
    hosts.world.host('a').mounts.onCopy = () => {
      share += 0.1;
      const { health } = hosts.world.host('a').devices;
      for (const name of health.keys()) health.set(name, { kind: 'healthy', usedShare: share });
      return { kind: 'done', statistics: quietStatistics };
    };
    const report = await hosts.report({ targets: ['b'] });
    expect(report.snapshotPeakShare).toBeCloseTo(0.5);
  });
});

describe('failure cases 2 and 3: a mount that is gone', () => {
  it.each([
    ['source', 'a'],
    ['target', 'b'],
  ])('of the %s after the dry pass: nothing is written', async (_, name) => {
    const hosts = new ThreeHosts();
    hosts.world.host('a').mounts.onCopy = () => {
      const { entries } = hosts.world.host(name).mounts;
      const index = entries.findIndex(({ type }) => type === 'ext3');
      if (index >= 0) entries.splice(index, 1);
      return { kind: 'done', statistics: quietStatistics };
    };
    const report = await hosts.report({ targets: ['b'] });
    expect(report).toMatchObject({
      code: 'mount-missing',
      reason: expect.stringMatching(/VolGroup00\/LogVol00 is no longer mounted on .* of [ab]$/),
    });
    expect(hosts.world.trace(/copy real/)).toEqual([]);
  });

  it('hidden under another mount is gone as well', async () => {
    const hosts = new ThreeHosts();
    hosts.world.host('a').mounts.onCopy = () => {
      const { entries } = hosts.world.host('b').mounts;
      const [first] = entries.filter(({ type }) => type === 'ext3');
      const deviceNumber = { major: 8, minor: 1 };
      entries.push({ ...first!, source: '/dev/sda1', deviceNumber });
      return { kind: 'done', statistics: quietStatistics };
    };
    const report = await hosts.report({ targets: ['b'] });
    expect(report).toMatchObject({ code: 'mount-missing' });
    expect(hosts.world.trace(/copy real/)).toEqual([]);
  });
});

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
        ? ended('connection-lost', 255)
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
        ? ended('connection-lost', 255)
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

describe('signals, limits and lost locks', () => {
  const duringCopy = (hosts: ThreeHosts, happens: () => void): void => {
    hosts.world.host('a').mounts.onCopy = ({ pass }, { signal }) => {
      if (pass === 'real') happens();
      return signal?.aborted === true
        ? ended('interrupted', 20)
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
        ? ended('interrupted', 20)
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

describe('guests share nothing', () => {
  it('a second guest has its own devices, targets and mount points', async () => {
    const hosts = new ThreeHosts();
    hosts.guests.push(guestOf('two', ['a', 'b']));
    hosts.addGuest('two', twoDiskLayout(), ['two-root', 'two-home', 'two-boot']);
    const { plans } = await hosts.run();
    const [first, second] = plans.map(({ steps }) =>
      steps.flatMap((step) =>
        'name' in step
          ? [`${step.host} ${step.name}`]
          : 'mountPoint' in step
            ? [`${step.host} ${step.mountPoint}`]
            : [],
      ),
    );
    expect(first!.filter((name) => second!.includes(name))).toEqual([]);
    expect(plans[1]?.targets.map(({ host }) => host)).toEqual(['b']);
    expect(hosts.data('c', ['two-root'])).toEqual(['old']);
  });

  it('the failure of one does not keep the others from being replicated', async () => {
    const hosts = new ThreeHosts();
    hosts.guests.push(guestOf('two', ['a', 'b']));
    hosts.addGuest('two', twoDiskLayout(), ['two-root', 'two-home', 'two-boot']);
    hosts.world.fail(
      /create-snapshot .* of dc1/,
      new XenBackupError('volume-group-full', { message: 'full' }),
    );
    const { report } = await hosts.run();
    expect(report.exitCode).toBe(10);
    expect(report.guests.map(({ guest, outcome }) => [guest, outcome])).toEqual([
      ['dc1', 'failed'],
      ['two', 'done'],
    ]);
  });
});

describe('a host that acts for itself', () => {
  it('replicates only what it runs', async () => {
    for (const [acting, outcome] of [
      ['a', 'done'],
      ['b', 'skipped'],
    ] as const) {
      const hosts = new ThreeHosts();
      hosts.world.actingHost = acting;
      const { report } = await hosts.run();
      expect(report).toMatchObject({ exitCode: 0, guests: [{ outcome }] });
    }
  });
});
