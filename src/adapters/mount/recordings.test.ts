import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CommandResult } from '../../ports/index.js';
import {
  codeOf,
  describeRecordings,
  expectStrict,
  garbage,
} from '../shared/recordings.contract.js';
import { parseMountInfo, parseRootIdentity, unmountOutcome } from './parse.js';

function refused({ stdout }: CommandResult) {
  expect(codeOf(() => parseMountInfo(stdout))).toBe('output-unexpected');
  expect(codeOf(() => parseRootIdentity(stdout))).toBe('output-unexpected');
}

function mountFails(text: string) {
  return ({ exitCode, stderr }: CommandResult) => {
    expect(exitCode).toBeGreaterThan(0);
    expect(stderr).toContain(text);
  };
}

function mountSucceeds({ exitCode, stdout, stderr }: CommandResult) {
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: '', stderr: '' });
}

function unmounts(outcome: string) {
  return ({ exitCode, stderr }: CommandResult) => {
    expect(unmountOutcome(exitCode, stderr)).toBe(outcome);
  };
}

describeRecordings('mount', {
  'xen/already-mounted': mountFails('already mounted'),
  'xen/mount-nodev': mountFails('special device /dev/VolGroup00/nosuch does not exist'),
  'xen/mount-notarget': mountFails('mount point does not exist'),
  'xen/mount-swap': mountFails('Invalid argument'),
  'xen/mount-wrongfs': mountFails('wrong fs type, bad option, bad superblock'),
  // The same words for a duplicate UUID: nothing is to be read from them.
  'xen/xfs-duplicate-uuid': mountFails('wrong fs type, bad option, bad superblock'),
  'xen/xfs-nouuid': mountSucceeds,
  'xen/ro-ext3-live-snapshot': mountSucceeds,
  'xen/umount': unmounts('done'),
  'xen/umount-busy': unmounts('busy'),
  'xen/umount-notmounted': unmounts('not-mounted'),
  'xen/findmnt': refused,
  'xen/findmnt-after-overflow': refused,
  // The danger itself: a mount point that lost its file system lists empty, without an error.
  'xen/snapshot-listing-after-overflow': (recording) => {
    expect(recording).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    refused(recording);
  },
  'xen/snapshot-listing-before-overflow': refused,
  'loop/mountinfo': ({ stdout }) => {
    const mounts = parseMountInfo(stdout);
    expect(mounts.at(-1)).toEqual({
      mountPoint: '/tmp/bt/m/a b',
      source: '/dev/loop6',
      type: 'ext4',
      options: ['ro', 'relatime', 'ro'],
      deviceNumber: { major: 7, minor: 6 },
      root: '/',
    });
    expect(mounts.find(({ mountPoint }) => mountPoint === '/var/lib/docker')).toMatchObject({
      root: '/var/lib/docker',
      source: '/dev/vda',
    });
  },
  'loop/stat': ({ stdout }) => {
    // 7:6 as the kernel packs it.
    expect(parseRootIdentity(stdout)).toEqual({ device: '1798', inode: '2' });
  },
  'loop/stat-missing': (recording) => {
    expect(recording.exitCode).toBe(1);
    refused(recording);
  },
  'loop/umount-odd-name': unmounts('done'),
  'loop/umount-missing-path': unmounts('not-mounted'),
  'loop/mkdir-exists': ({ exitCode, stderr }) => {
    expect(exitCode).toBe(1);
    expect(stderr).toContain('File exists');
  },
  'loop/rw-on-read-only-device': ({ exitCode, stderr }) => {
    // Success, and not what was asked for.
    expect(exitCode).toBe(0);
    expect(stderr).toContain('mounted read-only');
  },
});

describe('the mounts of mountinfo', () => {
  const line = (place: string, source = '/dev/x') =>
    `22 1 253:0 / ${place} rw shared:1 master:2 - ext4 ${source} rw\n`;

  it('have their escapes undone', () => {
    const escaped = String.raw`/a\040b\011c\012d\134e\043f`;
    expect(parseMountInfo(line(escaped))[0]?.mountPoint).toBe('/a b\tc\nd\\e#f');
  });

  it('may have no source', () => {
    expect(parseMountInfo(line('/x', ''))[0]?.source).toBe('');
  });

  it('say the options of the mount before those of the file system', () => {
    const text = '22 1 0:40 /sub /x ro,nosuid - btrfs /dev/x rw,subvol=/sub\n';
    expect(parseMountInfo(text)[0]).toMatchObject({
      root: '/sub',
      options: ['ro', 'nosuid', 'rw', 'subvol=/sub'],
    });
  });

  it.each([
    ['nothing', ''],
    ['an empty line', '\n'],
    ['a line cut off', line('/x').slice(0, -1)],
    ['a line in the middle that is none', `${line('/')}x\n${line('/x')}`],
    ['no device number', '22 1 sda / /x rw - ext4 /dev/x rw\n'],
    ['no separator', '22 1 253:0 / /x rw ext4 /dev/x rw\n'],
  ])('are refused with %s', (_, text) => {
    expect(codeOf(() => parseMountInfo(text))).toBe('output-unexpected');
  });

  it('are read or refused, whatever is in the file', () => {
    fc.assert(
      fc.property(garbage('mount'), (text) => {
        expectStrict(parseMountInfo, text);
        expectStrict(parseRootIdentity, text);
      }),
    );
  });

  it('are never made up from random text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(codeOf(() => parseMountInfo(text))).toBe('output-unexpected');
        fc.pre(!/^\d+ \d+\n?$/.test(text));
        expect(codeOf(() => parseRootIdentity(text))).toBe('output-unexpected');
      }),
    );
  });
});

describe('the identity of a root', () => {
  it.each(['', '\n', '7', '7 x\n', 'x 2\n', '7 0\n', '7 2 3\n', '7  2\n', '-7 2\n'])(
    'is not %j',
    (text) => {
      expect(codeOf(() => parseRootIdentity(text))).toBe('output-unexpected');
    },
  );

  it('keeps an inode that no JavaScript number holds', () => {
    expect(parseRootIdentity('64778 18446744073709551615\n').inode).toBe('18446744073709551615');
  });
});

describe('the outcome of umount', () => {
  it.each([
    [32, 'umount: /x: target is busy.\numount: /y: not mounted.\n'],
    [32, ''],
    [32, 'umount: /x: must be superuser to unmount.\n'],
    [1, 'umount: /x: target is busy.\n'],
    [127, 'sh: umount: not found\n'],
  ])('is a failure for %d and %j', (exitCode, stderr) => {
    expect(unmountOutcome(exitCode, stderr)).toBe('failed');
  });
});
