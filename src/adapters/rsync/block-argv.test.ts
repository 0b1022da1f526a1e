import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { BlockTransferRequest } from '../../ports/index.js';
import { blockTransferArgv, writeStartArgv } from './block-argv.js';
import { RECEIVE_BLOCKS_SCRIPT, SEND_BLOCKS_SCRIPT, WRITE_START_SCRIPT } from './block-scripts.js';

const device = { deviceNumber: { major: 253, minor: 4 }, sizeBytes: 1_048_576 };
const request: BlockTransferRequest = {
  source: { ...device, path: '/dev/mapper/xen-backup-abcdefghij-2p1' },
  target: { ...device, path: '/dev/mapper/xen-backup-abcdefghij-1p1' },
  peer: { address: '10.0.0.11', elevation: 'none' },
  pass: 'real',
  bandwidthLimitKiBPerSecond: 0,
  ioClass: 'none',
  stallTimeoutMs: 300_000,
};
const place = { tag: 'abcdefghij-1', locksDirectory: '/run/xen-backup/locks' };
const argvOf = (changes: Partial<BlockTransferRequest> = {}) =>
  blockTransferArgv({ ...request, ...changes }, place);

/** The receiving side's words, as the peer's login shell makes them. */
function receiverWords(changes: Partial<BlockTransferRequest>): string[] {
  const option = '--rsync-path=';
  const command = argvOf(changes).find((word) => word.startsWith(option)) ?? '';
  const words = ['-c', `printf '%s\\0' ${command.slice(option.length)}`];
  return execFileSync('sh', words, { encoding: 'utf8' }).split('\0').slice(0, -1);
}

describe('blockTransferArgv', () => {
  it('is exactly this for a plain transfer: nothing guessed from size or time, all flushed, never sparse', () => {
    const argv = argvOf();
    const ssh = argv.indexOf('-e');
    expect(argv.slice(0, ssh)).toEqual([
      ...['sh', '-c', SEND_BLOCKS_SCRIPT, 'xen-backup-send-blocks'],
      ...['/dev/mapper/xen-backup-abcdefghij-2p1', '253', '4', '1048576'],
      ...['rsync', '--copy-devices', '--write-devices', '--no-whole-file', '--ignore-times'],
      ...['--fsync', '--compress', '--compress-level=1'],
      ...['--info=progress2,stats2', '--no-human-readable', '--outbuf=L', '--timeout=300'],
    ]);
    expect(argv.slice(-2)).toEqual(['.', '10.0.0.11:.']);
  });

  it('adds what is asked for', () => {
    const argv = argvOf({ pass: 'dry', bandwidthLimitKiBPerSecond: 500, ioClass: 'idle' });
    expect(argv.slice(8, 12)).toEqual(['ionice', '-c', '3', 'rsync']);
    expect(argv).toEqual(expect.arrayContaining(['--bwlimit=500', '-n']));
  });

  it('hands proof, tag and lock of the target over whole, through the shell that sshd starts', () => {
    expect(receiverWords({ targetLock: 'guest-dc1' })).toEqual([
      ...['sh', '-c', RECEIVE_BLOCKS_SCRIPT, 'xen-backup-receive-blocks'],
      ...['/dev/mapper/xen-backup-abcdefghij-1p1', '253', '4', '1048576'],
      ...['XEN_BACKUP_COPY=abcdefghij-1', '/run/xen-backup/locks/guest-dc1.lock.writers', 'rsync'],
    ]);
    const peer = { address: 'b', elevation: 'sudo' } as const;
    expect(receiverWords({ peer }).slice(0, 4)).toEqual(['sudo', '-n', '--', 'sh']);
  });

  it('refuses devices of different sizes', () => {
    const target = { ...request.target, sizeBytes: 1_048_064 };
    expect(() => argvOf({ target })).toThrow('1048576 bytes onto 1048064');
  });

  it.each([
    ['a path that is none', { path: 'xen-backup-abcdefghij-2p1' }, 'absolute'],
    ['a number that is none', { deviceNumber: { major: 253, minor: -1 } }, 'number of a device'],
    ['a size that is none', { sizeBytes: 0.5 }, 'number of a device'],
  ])('refuses %s', (_, lie, message) => {
    const [source, target] = [
      { ...request.source, ...lie },
      { ...request.target, ...lie },
    ];
    expect(() => argvOf({ source, target })).toThrow(message);
  });

  it('refuses a tag that would be a pattern', () => {
    expect(() => blockTransferArgv(request, { ...place, tag: '.*' })).toThrow('not a tag');
  });
});

describe('writeStartArgv', () => {
  it('has the proof of its device, the tag and the lock', () => {
    expect(writeStartArgv(request.target, { targetLock: 'guest-dc1' }, place)).toEqual([
      ...['sh', '-c', WRITE_START_SCRIPT, 'xen-backup-write-start'],
      ...['/dev/mapper/xen-backup-abcdefghij-1p1', '253', '4', '1048576'],
      ...['XEN_BACKUP_COPY=abcdefghij-1', '/run/xen-backup/locks/guest-dc1.lock.writers'],
    ]);
  });
});
