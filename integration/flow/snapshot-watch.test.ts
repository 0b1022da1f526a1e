import { describe, expect, it } from 'vitest';
import type { GuestReport } from '../../src/index.js';
import { scenario, Stage, withFaults } from './stage.js';

interface Filling {
  readonly snapshotSize: string;
  readonly snapshotMaxSize: string;
  /** What the guest writes each second. */
  readonly bytes: string;
  readonly groupSize?: string;
}

/** A guest that writes while it is copied slowly, for more than a minute. */
function filling({ snapshotSize, snapshotMaxSize, bytes, groupSize = '4GiB' }: Filling): string {
  const settings = `bandwidthLimit: 10K, snapshotSize: ${snapshotSize}, snapshotMaxSize: ${snapshotMaxSize}`;
  return scenario('wrong-fstab')
    .replace('configuration:', `configuration:\n  defaults: { ${settings} }`)
    .replace('/vmlinuz: { size: 1MiB, pattern: "kernel " }', '/vmlinuz: "kernel"')
    .replace('/srv/files: { count: 50, size: 8KiB }', '/srv/files: { count: 50, size: 16KiB }')
    .replace('files: { /srv/files/file0001', 'files: { /srv/files: null, /srv/files/file0001')
    .replace(
      'volumeGroups: { VolGroupXX: { size: 4GiB } }',
      `volumeGroups: { VolGroupXX: { size: ${groupSize} } }`,
    )
    .replace(
      'hosts: { dom0a: running, dom0b: shut off }',
      `hosts: { dom0a: running, dom0b: shut off }\n    writes: { every: 1s, bytes: ${bytes} }`,
    );
}

async function replicate(
  text: string,
): Promise<{ stage: Stage; guest: GuestReport; exitCode: number }> {
  const stage = await Stage.open(text);
  const { guests, exitCode } = await stage.run('dc1');
  const [guest] = guests;
  if (guest === undefined) throw new Error('no guest was reported');
  return { stage, guest, exitCode };
}

const looks = (stage: Stage): readonly string[] =>
  stage.commands('dom0a').filter((line) => line.startsWith('dmsetup status --noflush'));

describe('a snapshot that fills while it is read', () => {
  it('grows in time where it may, and the run is a good one', async () => {
    const { stage, guest, exitCode } = await replicate(
      filling({ snapshotSize: '16M', snapshotMaxSize: '100%', bytes: '512KiB' }),
    );
    expect(exitCode).toBe(0);
    const [snapshot] = guest.snapshots ?? [];
    expect(snapshot).toMatchObject({
      disk: 'xvda',
      origin: 'VolGroupXX/LogVolDc1',
      grownFromBytes: 16 * 2 ** 20,
    });
    expect(snapshot?.bytesPerSecond).toBeGreaterThan(400 * 1024);
    expect(guest.snapshotPeakShare).toBeGreaterThan(0.05);
    expect(guest.proposedSnapshotSize).toMatch(/^\d+[MG]$/);
    const growth = stage.commands('dom0a').filter((line) => line.startsWith('lvextend'));
    expect(growth.length).toBeGreaterThan(0);
    expect(growth.every((line) => line.includes('activation{monitoring=0}'))).toBe(true);
    expect(stage.differences('dc1', 'dom0a', 'dom0b')).toEqual([]);
    expect(await stage.left()).toEqual([]);
  });

  it.each([
    [
      'may not',
      { snapshotSize: '32M', snapshotMaxSize: '32M', bytes: '512KiB' },
      'it may not grow (snapshotMaxSize: 32M)',
    ],
    [
      'has grown as far as it may',
      { snapshotSize: '16M', snapshotMaxSize: '36M', bytes: '512KiB' },
      'it has grown as far as it may (snapshotMaxSize: 36M)',
    ],
    [
      'finds no room in its group',
      { snapshotSize: '32M', snapshotMaxSize: '100%', bytes: '512KiB', groupSize: '1060MiB' },
      'it could not grow: volume group VolGroupXX has 0 B free',
    ],
  ] as const)('stops the copy before it overflows where it %s', async (_, settings, why) => {
    const { stage, guest, exitCode } = await replicate(filling(settings));
    expect(exitCode).toBe(10);
    expect(guest).toMatchObject({ outcome: 'failed', code: 'snapshot-filling' });
    expect(guest.reason).toMatch(
      /snapshot VolGroupXX\/xen-backup-\w+-1 of LogVolDc1 on dom0a is \d+ % full and fills by /,
    );
    expect(guest.reason).toContain(why);
    expect(guest.remedy).toMatch(/^Nothing was deleted.* Set snapshotSize: \d+M for dc1/);
    expect(guest.proposedSnapshotSize).toMatch(/^\d+M$/);
    // Before it overflowed: the kernel never took it from us.
    expect(
      stage
        .machine('dom0a')
        .kernelLog.map(({ text }) => text)
        .join(),
    ).not.toContain('Invalidating');
    expect(guest.targets[0]?.deletions).toBe(0);
    expect(await stage.left()).toEqual([]);
  });

  it('is watched in a dry run too', async () => {
    const stage = await Stage.open(
      filling({ snapshotSize: '64M', snapshotMaxSize: '64M', bytes: '512KiB' }),
    );
    await stage.run('dc1');
    expect(looks(stage).length).toBeGreaterThan(5);
  });
});

describe('failure case 26: the look at the snapshots hangs', () => {
  const quiet = filling({ snapshotSize: '20%', snapshotMaxSize: '100%', bytes: '4KiB' });
  const hang = (mercy: string, occurrence: string): string =>
    withFaults(
      quiet,
      `{ host: dom0a, command: "dmsetup status --noflush", occurrence: ${occurrence}, effect: { hang: ${mercy} } }`,
    );

  it('once: the copy goes on', async () => {
    const { exitCode } = await replicate(hang('killable', '2'));
    expect(exitCode).toBe(0);
  });

  it('always: three looks one after the other, then the copy is ended with the reason', async () => {
    const { stage, guest, exitCode } = await replicate(hang('killable', 'every'));
    expect(exitCode).toBe(10);
    expect(guest).toMatchObject({ code: 'command-timed-out' });
    expect(looks(stage)).toHaveLength(3);
    expect(await stage.left()).toEqual([]);
  });

  it('in the kernel, where nothing ends it: no second one is ever started', async () => {
    const { stage, guest, exitCode } = await replicate(hang('stuck', 'every'));
    expect(exitCode).toBe(10);
    expect(guest).toMatchObject({ code: 'command-stop-unproven' });
    expect(looks(stage)).toHaveLength(1);
  });

  it.each(['fail: { exitCode: 1, stderr: "no\\n" }', 'garble: "what is this"', 'truncate: 3'])(
    'or answers %s, once: it is asked again',
    async (effect) => {
      const fault = `{ host: dom0a, command: "dmsetup status --noflush", occurrence: 3, effect: { ${effect} } }`;
      const { exitCode } = await replicate(withFaults(quiet, fault));
      expect(exitCode).toBe(0);
    },
  );
});

it('a snapshot that has grown is not handed to dmeventd: an overflow leaves it mounted', async () => {
  const text = filling({ snapshotSize: '16M', snapshotMaxSize: '48M', bytes: '512KiB' });
  const fault =
    '{ host: dom0a, step: extend-snapshot, when: after, effect: { fillSnapshots: true } }';
  const { stage, guest, exitCode } = await replicate(withFaults(text, fault));
  expect(exitCode).toBe(10);
  expect(guest).toMatchObject({ code: 'snapshot-invalid' });
  expect(guest.targets[0]?.deletions).toBe(0);
  const unmounted = stage
    .machine('dom0a')
    .kernelLog.filter(({ text: line }) => /umount/.test(line));
  expect(unmounted).toEqual([]);
  expect(stage.machine('dom0a').eventDaemon.monitored.size).toBe(0);
  expect(await stage.left()).toEqual([]);
});
