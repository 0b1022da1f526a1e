import { describe, expect, it } from 'vitest';
import { ReplayRunner, SleeplessClock } from '../shared/replay.contract.js';
import { createPartitionMapper } from './index.js';

const device = '/dev/mapper/xen-backup-abcdefghij-1';
const busy = {
  exitCode: 1,
  stdout: 'xen-backup-abcdefghij-1p2 is in use. Not removing\n',
};

function setUp() {
  const runner = new ReplayRunner();
  const clock = new SleeplessClock();
  return { runner, clock, mapper: createPartitionMapper({ runner, clock, hostName: 'dom0a' }) };
}

describe('the kpartx adapter', () => {
  it('does not believe an exit code of 0 beside an error', async () => {
    const { runner, mapper } = setUp();
    // kpartx does not count the logical partitions that it failed to map.
    runner.on(/^kpartx -a/, {
      stdout: 'add map xp1 (253:1): 0 8 linear 253:0 8\n',
      stderr: 'device-mapper: create ioctl on xp5 failed: Device or resource busy\n',
    });
    await expect(mapper.add({ device, access: 'read-only' })).rejects.toMatchObject({
      code: 'output-unexpected',
    });
  });

  it('tells a missing device from a failure', async () => {
    const { runner, mapper } = setUp();
    runner
      .on(/^kpartx -a/, { exitCode: 1, stdout: `failed to stat() ${device}\n` })
      .on(/^kpartx -a/, { exitCode: 1, stderr: 'create/reload failed on xp1\n' });
    const request = { device, access: 'read-only' } as const;
    await expect(mapper.add(request)).rejects.toMatchObject({ code: 'device-not-found' });
    await expect(mapper.add(request)).rejects.toMatchObject({ code: 'command-failed' });
  });

  it('is content when the device is gone', async () => {
    const { runner, mapper } = setUp();
    runner.on(/^kpartx -d/, { exitCode: 1, stdout: `failed to stat() ${device}\n` });
    await expect(mapper.remove(device)).resolves.toBeUndefined();
  });

  it('waits for udev to let go of a map', async () => {
    const { runner, clock, mapper } = setUp();
    runner.on(/^kpartx -d/, busy, 2).on(/^kpartx -d/, {
      stdout: 'del devmap : xen-backup-abcdefghij-1p2\n',
    });
    await mapper.remove(device);
    expect(clock.sleptMs).toEqual([100, 200]);
  });

  it('names the map that stays in use, and who uses it', async () => {
    const { runner, mapper } = setUp();
    runner
      .on(/^kpartx -d/, busy, 99)
      .on(/^dmsetup info .*-1p2$/, {
        stdout: 'xen-backup-abcdefghij-1p2:part2-XENBACKUP-abcdefghij-1:253:9:1:L--w\n',
      })
      .on(/xen-backup-holders 253:9 $/, { stdout: 'map\tVolGroup00-LogVol00\tLVM-x\n' });
    await expect(mapper.remove(device)).rejects.toMatchObject({
      code: 'volume-busy',
      message:
        'partitions of /dev/mapper/xen-backup-abcdefghij-1 on dom0a are in use: ' +
        'xen-backup-abcdefghij-1p2 by map VolGroup00-LogVol00 (an active logical volume)',
      details: { maps: ['xen-backup-abcdefghij-1p2'] },
    });
  });

  it.each([
    ['a failure that is no busy map', { exitCode: 1, stdout: '' }],
    ['another exit code', { exitCode: 127, stderr: 'sh: kpartx: not found\n' }],
    ['an error beside success', { stderr: 'failed to remove x\n' }],
  ])('passes %s on', async (_, answer) => {
    const { runner, mapper } = setUp();
    runner.on(/^kpartx -d/, answer);
    await expect(mapper.remove(device)).rejects.toMatchObject({ code: 'command-failed' });
  });
});
