import { describe, expect, it } from 'vitest';
import { readRecording } from '../shared/recordings.contract.js';
import { ReplayRunner } from '../shared/replay.contract.js';
import { createContentProbe } from './index.js';

const device = '/dev/mapper/xen-backup-abcdefghij-1';

function setUp() {
  const runner = new ReplayRunner();
  return { runner, probe: createContentProbe({ runner, hostName: 'dom0a' }) };
}

describe('the blkid adapter', () => {
  it('calls a device blank only when it is there', async () => {
    const { runner, probe } = setUp();
    runner
      .on(/^blkid/, readRecording('blkid', 'xen/blank-probe'), 2)
      .on(/^blockdev/, readRecording('blkid', 'loop/size'))
      .on(/^blockdev/, readRecording('blkid', 'loop/size-missing-device'));
    await expect(probe.probe(device)).resolves.toEqual({ content: { kind: 'blank' } });
    await expect(probe.probe(device)).rejects.toMatchObject({ code: 'device-not-found' });
  });

  it.each([
    ['contradictory signatures', { exitCode: 8 }, 'output-unexpected'],
    ['an error', { exitCode: 2, stderr: 'error: /dev/x: Input/output error\n' }, 'command-failed'],
    ['a usage error', { exitCode: 4, stderr: 'blkid: bad usage\n' }, 'command-failed'],
    ['nothing with success', { exitCode: 0 }, 'output-unexpected'],
  ])('answers %s with an error', async (_, answer, code) => {
    const { runner, probe } = setUp();
    runner.on(/^blkid/, answer);
    await expect(probe.probe(device)).rejects.toMatchObject({ code });
  });

  it('tells a missing device from one that cannot be asked', async () => {
    const { runner, probe } = setUp();
    runner.on(/^blockdev/, { exitCode: 1, stderr: 'blockdev: ioctl error on BLKGETSIZE64\n' });
    await expect(probe.sizeBytes(device)).rejects.toMatchObject({ code: 'command-failed' });
  });
});
