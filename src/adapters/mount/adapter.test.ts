import { describe, expect, it } from 'vitest';
import { readRecording } from '../shared/recordings.contract.js';
import { ReplayRunner, SleeplessClock } from '../shared/replay.contract.js';
import { createMounter } from './index.js';

const place = '/run/xen-backup/abcdefghij/1';
const request = {
  device: '/dev/mapper/xen-backup-abcdefghij-1p1',
  mountPoint: place,
  fileSystemType: 'ext4',
  options: ['rw', 'nosuid'],
};
const mountInfo = (...places: string[]) => ({
  stdout: ['/', ...places]
    .map((mountPoint, index) => `2${index} 1 253:${index} / ${mountPoint} rw - ext4 /dev/x rw\n`)
    .join(''),
});

function setUp() {
  const runner = new ReplayRunner();
  const clock = new SleeplessClock();
  return { runner, clock, mounter: createMounter({ runner, clock, hostName: 'dom0a' }) };
}

describe('the mount adapter', () => {
  it('passes mount’s own text on', async () => {
    const { runner, mounter } = setUp();
    runner.on(/^mount/, readRecording('mount', 'xen/mount-wrongfs'));
    await expect(mounter.mount(request)).rejects.toMatchObject({
      code: 'mount-failed',
      message: expect.stringContaining('wrong fs type, bad option, bad superblock'),
    });
  });

  it('does not keep a mount that came out read-only', async () => {
    const { runner, mounter } = setUp();
    runner.on(/^mount/, readRecording('mount', 'loop/rw-on-read-only-device')).on(/^umount/);
    await expect(mounter.mount(request)).rejects.toMatchObject({ code: 'mount-failed' });
    expect(runner.lines.at(-1)).toBe(`umount ${place}`);
  });

  it('keeps a mount beside which mount only talks of the host’s own fstab', async () => {
    const { runner, mounter } = setUp();
    const hint =
      'mount: (hint) your fstab has been modified, but systemd still uses\n' +
      "       the old version; use 'systemctl daemon-reload' to reload.\n";
    runner.on(/^mount/, { stderr: hint });
    await mounter.mount(request);
    expect(runner.lines).toHaveLength(1);
  });

  it('does not believe in a protected tmpfs beside a warning', async () => {
    const { runner, mounter } = setUp();
    runner.on(/^mount -o remount,ro/, { stderr: 'mount: /x: WARNING: something\n' });
    await expect(mounter.makeReadOnly('/x')).rejects.toMatchObject({ code: 'mount-failed' });
  });

  it('is content when there is nothing to unmount', async () => {
    const { runner, mounter } = setUp();
    runner
      .on(/^umount/, readRecording('mount', 'xen/umount-notmounted'))
      .on(/^umount/, readRecording('mount', 'loop/umount-missing-path'));
    await mounter.unmount(place);
    await mounter.unmount(place);
  });

  it('waits for a busy mount with growing pauses, and never forces it', async () => {
    const { runner, clock, mounter } = setUp();
    runner.on(/^umount/, readRecording('mount', 'xen/umount-busy'), 3).on(/^umount/);
    await mounter.unmount(place);
    expect(clock.sleptMs).toEqual([100, 200, 400]);
    expect(new Set(runner.lines)).toEqual(new Set([`umount ${place}`]));
  });

  it('names the processes in a mount that stays busy', async () => {
    const { runner, clock, mounter } = setUp();
    runner
      .on(/^umount/, readRecording('mount', 'xen/umount-busy'), 99)
      .on(/^cat/, mountInfo('/other', place))
      .on(/xen-backup-holders 253:2 .*\/1$/, {
        stdout: `process\t4711\tcwd\t${place}/etc\tbash\nmount\t${place}\n`,
      });
    await expect(mounter.unmount(place)).rejects.toMatchObject({
      code: 'mount-busy',
      message: `${place} on dom0a is in use: bash (pid 4711, works in ${place}/etc)`,
    });
    expect(clock.elapsedMs()).toBeLessThan(10_000);
  });

  it('names the mounts beneath a mount that stays busy', async () => {
    const { runner, mounter } = setUp();
    runner
      .on(/^umount/, readRecording('mount', 'xen/umount-busy'), 99)
      .on(/^cat/, mountInfo(place, `${place}/boot`));
    await expect(mounter.unmount(place)).rejects.toMatchObject({
      details: { holders: [`mount ${place}/boot`] },
    });
  });

  it('passes any other failure of umount on', async () => {
    const { runner, mounter } = setUp();
    runner.on(/^umount/, { exitCode: 32, stderr: 'umount: /x: must be superuser to unmount.\n' });
    await expect(mounter.unmount(place)).rejects.toMatchObject({ code: 'command-failed' });
  });

  it('makes no directory when none is asked for', async () => {
    const { runner, mounter } = setUp();
    await mounter.makeMountPoints([]);
    expect(runner.lines).toEqual([]);
  });

  it('misses a directory that is not there', async () => {
    const { runner, mounter } = setUp();
    runner.on(/^stat/, readRecording('mount', 'loop/stat-missing'));
    await expect(mounter.rootIdentity(place)).rejects.toMatchObject({ code: 'mount-missing' });
  });
});
