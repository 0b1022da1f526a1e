import { describe, expect, it } from 'vitest';
import { codeOf } from '../shared/recordings.contract.js';
import * as argv from './argv.js';

const request = {
  device: '/dev/mapper/xen-backup-abcdefghij-1p1',
  mountPoint: '/run/xen-backup/abcdefghij/1',
  fileSystemType: 'ext4',
  options: ['ro', 'nosuid'],
};

describe('the mount command lines', () => {
  it('name type, options, device and place', () => {
    expect(argv.mountArgv(request)).toEqual([
      ...['mount', '-t', 'ext4', '-o', 'ro,nosuid', request.device, request.mountPoint],
    ]);
    expect(argv.mountArgv({ ...request, options: [] })).not.toContain('-o');
  });

  it('make a tmpfs that nobody else can enter', () => {
    expect(argv.mountTemporaryArgv('/run/x', 65_536)).toEqual([
      ...['mount', '-t', 'tmpfs', '-o', 'size=65536,mode=700,nosuid,nodev,noexec'],
      ...['xen-backup', '/run/x'],
    ]);
    expect(argv.remountReadOnlyArgv('/run/x')).toEqual(['mount', '-o', 'remount,ro', '/run/x']);
  });

  it('unmount without force', () => {
    expect(argv.unmountArgv('/run/x')).toEqual(['umount', '/run/x']);
  });

  it('make and look at directories', () => {
    expect(argv.makeDirectoriesArgv(['/a', '/b'])).toEqual([
      ...['mkdir', '-m', '700', '--', '/a', '/b'],
    ]);
    expect(argv.rootIdentityArgv('/a')).toEqual(['stat', '-c', '%d %i', '--', '/a']);
    expect(argv.listMountsArgv()).toEqual(['cat', '/proc/self/mountinfo']);
  });

  it.each(['', '-a', '--all', 'relative', '/a\0'])('never act on %j', (path) => {
    const builders = [
      () => argv.mountArgv({ ...request, device: path }),
      () => argv.mountArgv({ ...request, mountPoint: path }),
      () => argv.mountTemporaryArgv(path, 1),
      () => argv.remountReadOnlyArgv(path),
      () => argv.unmountArgv(path),
      () => argv.makeDirectoriesArgv([path]),
      () => argv.rootIdentityArgv(path),
    ];
    for (const build of builders) expect(codeOf(build)).toBe('internal');
  });

  it.each(['', 'ro,suid', ',suid', 'a b', '-o', 'x\ny'])(
    'never pass %j on as an option',
    (option) => {
      expect(codeOf(() => argv.mountArgv({ ...request, options: [option] }))).toBe('internal');
    },
  );

  it.each(['', '-a', 'auto,ext4', 'ext4 x', 'EXT4'])('never pass %j on as a type', (type) => {
    expect(codeOf(() => argv.mountArgv({ ...request, fileSystemType: type }))).toBe('internal');
  });

  it('never make a tmpfs without a limit, or no directory at all', () => {
    for (const size of [0, -1, 1.5, Number.NaN]) {
      expect(codeOf(() => argv.mountTemporaryArgv('/run/x', size))).toBe('internal');
    }
    expect(codeOf(() => argv.makeDirectoriesArgv([]))).toBe('internal');
  });
});
