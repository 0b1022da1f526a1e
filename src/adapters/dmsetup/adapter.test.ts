import { describe, expect, it } from 'vitest';
import { ReplayRunner } from '../shared/replay.contract.js';
import { createDeviceMapper } from './index.js';

const absent = { exitCode: 1, stderr: 'Device does not exist.\nCommand failed.\n' };
const map = { stdout: 'xen-backup-abcdefghij-1:XENBACKUP-abcdefghij-1:253:7:0:L--w\n' };
const request = {
  name: 'xen-backup-abcdefghij-1',
  uuid: 'XENBACKUP-abcdefghij-1',
  access: 'read-write',
  segments: [{ kind: 'linear', startSector: 0, sectors: 8, device: '/dev/vg/a', offsetSectors: 0 }],
} as const;

function setUp() {
  const runner = new ReplayRunner();
  return { runner, mapper: createDeviceMapper({ runner, hostName: 'dom0a' }) };
}

describe('the dmsetup adapter', () => {
  it('gives the table on stdin and reads the map back', async () => {
    const { runner, mapper } = setUp();
    runner.on(/xen-backup-create-map/, map);
    await expect(mapper.create(request)).resolves.toMatchObject({
      deviceNumber: { major: 253, minor: 7 },
    });
    expect(runner.commands[0]?.stdin).toBe('0 8 linear /dev/vg/a 0\n');
  });

  it.each([
    ['bears another stamp', { stdout: map.stdout.replace(':XENBACKUP', ':OTHER') }],
    ['can be written', { stdout: map.stdout.replace('L--w', 'L--r') }],
    ['is another one', { stdout: map.stdout.replace('abcdefghij-1:', 'abcdefghij-2:') }],
    ['is not shown', { stdout: '' }],
  ])('does not believe dmsetup when the map %s', async (_, answer) => {
    const { runner, mapper } = setUp();
    runner.on(/xen-backup-create-map/, answer);
    await expect(mapper.create(request)).rejects.toMatchObject({ code: 'output-unexpected' });
  });

  it('passes the kernel’s refusal on', async () => {
    const { runner, mapper } = setUp();
    runner.on(/xen-backup-create-map/, {
      exitCode: 1,
      stderr: 'device-mapper: create ioctl on x failed: Device or resource busy\nCommand failed.\n',
    });
    await expect(mapper.create(request)).rejects.toMatchObject({ code: 'command-failed' });
  });

  it('removes a map that is ours, and is content when it is gone', async () => {
    const { runner, mapper } = setUp();
    runner.on(/xen-backup-remove-map/, map).on(/xen-backup-remove-map/, absent);
    await mapper.remove(request.name, request.uuid);
    await mapper.remove(request.name, request.uuid);
    expect(runner.lines).toHaveLength(2);
  });

  it('never removes a map with another stamp', async () => {
    const { runner, mapper } = setUp();
    runner.on(/xen-backup-remove-map/, { ...map, exitCode: 68 });
    await expect(mapper.remove(request.name, 'XENBACKUP-other-1')).rejects.toMatchObject({
      code: 'ownership-unproven',
    });
  });

  it('never takes the answer about another map for this one', async () => {
    const { runner, mapper } = setUp();
    runner.on(/xen-backup-remove-map/, {
      exitCode: 68,
      stdout: map.stdout.replace('abcdefghij-1:', 'abcdefghij-2:'),
    });
    await expect(mapper.remove(request.name, request.uuid)).rejects.toMatchObject({
      code: 'output-unexpected',
    });
  });

  it('names who holds a busy map', async () => {
    const { runner, mapper } = setUp();
    runner
      .on(/xen-backup-remove-map/, {
        ...map,
        exitCode: 1,
        stderr: 'device-mapper: remove ioctl on x  failed: Device or resource busy\n',
      })
      .on(/xen-backup-holders 253:7 $/, { stdout: '' });
    await expect(mapper.remove(request.name, request.uuid)).rejects.toMatchObject({
      code: 'volume-busy',
      details: { holders: ['no process that can be seen: perhaps the kernel itself'] },
    });
  });

  it('flushes to the disk before it drops the cache', async () => {
    const { runner, mapper } = setUp();
    runner.on(/^sync/).on(/^blockdev/);
    await mapper.flush('/dev/mapper/x');
    expect(runner.lines).toEqual(['sync -- /dev/mapper/x', 'blockdev --flushbufs /dev/mapper/x']);
  });

  it('does not drop the cache when the flush failed', async () => {
    const { runner, mapper } = setUp();
    runner.on(/^sync/, {
      exitCode: 1,
      stderr: "sync: error syncing '/dev/x': Input/output error\n",
    });
    await expect(mapper.flush('/dev/x')).rejects.toMatchObject({ code: 'command-failed' });
  });
});
