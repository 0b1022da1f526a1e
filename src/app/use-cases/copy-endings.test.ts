import { describe, expect, it } from 'vitest';
import type { CopyOutcome } from '../../ports/index.js';
import { endedCopy, quietStatistics } from '../testing/memory-mounts.contract.js';
import { ThreeHosts } from '../testing/three-hosts.contract.js';

const old = ['old', 'old'];

describe('the ways a copy can end', () => {
  it.each<[CopyOutcome, string, RegExp]>([
    [endedCopy('partial'), 'copy-failed', /some files could not be copied \(rsync exit 23\)/],
    [endedCopy('vanished', 24), 'copy-failed', /files vanished from an immutable snapshot/],
    [endedCopy('target-full', 11), 'copy-failed', /the file system on the target is full/],
    [endedCopy('timeout', 30), 'copy-failed', /no data moved for too long/],
    [endedCopy('connection-lost', 255), 'copy-failed', /connection between the hosts was lost/],
    [endedCopy('host-key-unknown', 255), 'copy-failed', /does not know the host key/],
    [endedCopy('tool-missing', 127), 'copy-failed', /rsync is missing on one side/],
    [
      endedCopy('deletion-limit', 25),
      'deletions-refused',
      /would have deleted more than the dry pass had counted/,
    ],
    [
      endedCopy('source-guard-refused', 121),
      'guard-refused',
      /the source directory is not the file system/,
    ],
    [
      endedCopy('target-guard-refused', 123),
      'guard-refused',
      /the target directory is not the file system/,
    ],
    [endedCopy('failed', 1), 'copy-failed', /rsync failed/],
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
      /^\/ \(VolGroup00\/LogVol00\) from a to b: .*: rsync: telling\\x1b line$/,
    );
    expect(c).toMatchObject({ outcome: 'done' });
    expect(hosts.record('b')).toMatchObject({ state: 'syncing' });
    expect(hosts.traces).toEqual([]);
  });

  it('a failing dry pass leaves the target untouched and unmarked', async () => {
    const hosts = new ThreeHosts();
    hosts.world.host('a').mounts.onCopy = () => endedCopy('partial');
    const report = await hosts.report();
    expect(report.targets.map(({ code }) => code)).toEqual(['copy-failed', 'copy-failed']);
    expect(hosts.record('b')).toBeUndefined();
    expect(hosts.data('b')).toEqual(old);
  });

  it('stops after the first file system that fails', async () => {
    const hosts = new ThreeHosts();
    hosts.world.host('a').mounts.onCopy = ({ pass }) =>
      pass === 'real' ? endedCopy('partial') : { kind: 'done', statistics: quietStatistics };
    await hosts.run({ targets: ['b'] });
    expect(hosts.world.trace(/copy real/)).toHaveLength(1);
  });

  it('hands the target over to prove that no receiver lives', async () => {
    const hosts = new ThreeHosts();
    hosts.world.host('a').mounts.onCopy = async ({ tag }, options) => {
      await options.stopReceivers?.(tag ?? '');
      return endedCopy('connection-lost', 255);
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
      return endedCopy('partial');
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
