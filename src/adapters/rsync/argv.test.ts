import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CopyRequest } from '../../ports/index.js';
import { copyArgv, probePeerArgv, stopReceiversArgv } from './argv.js';
import { RECEIVE_SCRIPT, SEND_SCRIPT } from './scripts.js';

const request: CopyRequest = {
  source: { mountPoint: '/run/xen-backup/m/s1', identity: { device: '64512', inode: '2' } },
  target: { mountPoint: '/run/xen-backup/m/t 1', identity: { device: '64768', inode: '128' } },
  peer: { address: '10.0.0.11', elevation: 'none' },
  pass: 'real',
  faithfulness: 'posix',
  excludes: [],
  bandwidthLimitKiBPerSecond: 0,
  ioClass: 'none',
  stallTimeoutMs: 300_000,
};
const place = { tag: 'abcdefghij-1', locksDirectory: '/run/xen-backup/locks' };
const argvOf = (changes: Partial<CopyRequest> = {}) => copyArgv({ ...request, ...changes }, place);

/** The receiving side's words, as the peer's login shell makes them. */
function receiverWords(changes: Partial<CopyRequest>): string[] {
  const option = argvOf(changes).find((word) => word.startsWith('--rsync-path='))!;
  const command = option.slice('--rsync-path='.length);
  const output = execFileSync('sh', ['-c', `printf '%s\\0' ${command}`], { encoding: 'utf8' });
  return output.split('\0').slice(0, -1);
}

describe('copyArgv', () => {
  it('is exactly this for a plain copy', () => {
    expect(argvOf().filter((word) => !word.startsWith('--rsync-path='))).toEqual([
      ...['sh', '-c', SEND_SCRIPT, 'xen-backup-send', '/run/xen-backup/m/s1', '64512', '2'],
      ...['rsync', '-aHAXS', '--numeric-ids', '--modify-window=-1', '--delete-after'],
      ...['--info=progress2,stats2', '--no-human-readable', '--outbuf=L', '--timeout=300'],
      '-e',
      'ssh -x -a -o BatchMode=yes -o StrictHostKeyChecking=yes -o UpdateHostKeys=no' +
        ' -o ConnectTimeout=20 -o ServerAliveInterval=15 -o ServerAliveCountMax=3' +
        ' -o ControlMaster=no -o ControlPath=none -o ClearAllForwardings=yes' +
        ' -o PermitLocalCommand=no',
      '.',
      '10.0.0.11:.',
    ]);
  });

  it('hands the guard of the target over whole, through the shell that sshd starts', () => {
    expect(receiverWords({ targetLock: 'web' })).toEqual([
      ...['sh', '-c', RECEIVE_SCRIPT, 'xen-backup-receive'],
      ...['/run/xen-backup/m/t 1', '64768', '128', 'XEN_BACKUP_COPY=abcdefghij-1'],
      ...['/run/xen-backup/locks/web.lock.writers', 'rsync'],
    ]);
    const peer = { address: 'b', elevation: 'sudo' } as const;
    expect(receiverWords({ peer }).slice(0, 4)).toEqual(['sudo', '-n', '--', 'sh']);
  });

  it('has a set of its own for vfat', () => {
    const argv = argvOf({ faithfulness: 'vfat' });
    expect(argv).toContain('-rt');
    expect(argv.join(' ')).not.toMatch(/-aHAXS|numeric-ids|modify-window=-1/);
  });

  it('adds what is asked for and nothing else', () => {
    const argv = argvOf({
      pass: 'dry',
      maxDeletes: 0,
      bandwidthLimitKiBPerSecond: 500,
      ioClass: 'idle',
      excludes: ['/tmp/*', '- dash', '*.[ch]'].slice(0, 1),
    });
    expect(argv).toEqual(
      expect.arrayContaining(['-n', '--max-delete=0', '--bwlimit=500', '--exclude=/tmp/*']),
    );
    expect(argv.slice(7, 11)).toEqual(['ionice', '-c', '3', 'rsync']);
    expect(argv.join(' ')).not.toContain('delete-excluded');
  });

  it('carries port, user, key and known_hosts of the peer', () => {
    const argv = argvOf({
      peer: {
        address: 'fe80::1%eth0',
        port: 2222,
        user: 'backup',
        identityFile: "/etc/it's a key",
        knownHostsFile: '~/.ssh/known hosts 100%',
        elevation: 'none',
      },
    });
    expect(argv.at(-1)).toBe('backup@[fe80::1%eth0]:.');
    expect(argv.at(-4)).toContain(
      ` -o 'UserKnownHostsFile="~/.ssh/known hosts 100%%"' -p 2222` +
        ` -o IdentitiesOnly=yes -i '/etc/it''s a key'`,
    );
  });

  it.each(['-oProxyCommand=id', 'a/b', 'a b', '', 'user@host', 'host:873', '[::1]', 'a\nb'])(
    'refuses %j as an address',
    (address) => {
      const peer = { address, elevation: 'none' } as const;
      expect(() => argvOf({ peer })).toThrow('address of a replication target');
    },
  );

  it.each(['- x', '+ x', '!'])('refuses %j as a pattern', (pattern) => {
    expect(() => argvOf({ excludes: [pattern] })).toThrow('pattern');
  });

  it('refuses a pattern that is empty', () => {
    expect(() => argvOf({ excludes: [''] })).toThrow('empty');
  });

  it('refuses a proof that is none', () => {
    const target = { mountPoint: '/m', identity: { device: '', inode: '2' } };
    expect(() => argvOf({ target })).toThrow('device or inode');
    const relative = { ...request.target, mountPoint: 'm' };
    expect(() => argvOf({ target: relative })).toThrow('absolute');
  });

  it('lets no text of a request become another argument', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(text, (mountPoint) => {
        fc.pre(!mountPoint.includes('\0'));
        const target = { ...request.target, mountPoint: `/${mountPoint}` };
        expect(receiverWords({ target })[4]).toBe(`/${mountPoint}`);
      }),
      { numRuns: 50 },
    );
  });
});

describe('stopReceiversArgv', () => {
  it.each(['', '.*', 'a b', '-a', 'a-', '$(id)'])('refuses %j as a tag', (tag) => {
    expect(() => stopReceiversArgv(tag)).toThrow('not a tag');
  });
});

describe('probePeerArgv', () => {
  it('asks with the words and the rights of a copy', () => {
    const argv = probePeerArgv({ address: '::1', user: 'dom', elevation: 'sudo' });
    expect(argv.slice(0, 5)).toEqual(['ssh', '-x', '-a', '-o', 'BatchMode=yes']);
    expect(argv.slice(-4)).toEqual([
      '-l',
      'dom',
      '::1',
      'sudo -n -- cat /proc/sys/kernel/random/boot_id',
    ]);
  });
});
