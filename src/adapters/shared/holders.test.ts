import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { holdersArgv, parseHolders } from './holders.js';
import { codeOf } from './recordings.contract.js';

function ask(device: { major: number; minor: number }) {
  const [tool, ...args] = holdersArgv(device);
  return spawnSync(tool, args, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
}

// The script reads Linux's /proc.
describe.skipIf(process.platform !== 'linux')('the holders script, in a real shell', () => {
  let folder = '';
  let descriptor = -1;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'xen-backup-holders-'));
    const file = join(folder, 'held');
    writeFileSync(file, 'held');
    descriptor = openSync(file, 'r');
  });

  afterEach(() => {
    closeSync(descriptor);
    rmSync(folder, { recursive: true });
  });

  it('names the process that has a file on the device open, also a deleted one', () => {
    const { dev } = statSync(folder);
    rmSync(join(folder, 'held'));
    const { status, stdout, stderr } = ask({
      major: (dev >> 8) & 0xfff,
      minor: (dev & 0xff) | ((dev >> 12) & ~0xff),
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const holders = parseHolders(stdout);
    expect(holders).toContainEqual(expect.stringContaining(`(pid ${process.pid}, `));
  });

  it('finds nobody on a device that is not there', () => {
    const { status, stdout, stderr } = ask({ major: 4_000, minor: 77 });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });
});

describe('holders', () => {
  it('are named with their pid, their command and what they hold', () => {
    const lines = [
      'process\t4711\tcwd\t/mnt/x\tbash',
      'process\t12\tfd/3\t/mnt/my file\tmy prog',
      'process\t13\troot\t/mnt/x\tsshd',
      'process\t14\texe\t/mnt/x/a\ta',
      'process\t15\tmaps\t\tlibx',
      'process\t16\tmountinfo\t/srv\tcontainerd',
      'process\t17\tfd/9\t\tx',
      'mount\t/mnt/x',
      'map\tVolGroup00-LogVol00\tLVM-abc',
      'map\tmine\t',
      'device\tmd0',
      'loop\tloop3\t/mnt/x/image',
      'swap\t/dev/dm-3',
      'guest\t7\tvbd-7-51712',
    ];
    expect(parseHolders(`${lines.join('\n')}\n`)).toEqual([
      'bash (pid 4711, works in /mnt/x)',
      'my prog (pid 12, has /mnt/my file open)',
      'sshd (pid 13, has its root in /mnt/x)',
      'a (pid 14, runs /mnt/x/a)',
      'libx (pid 15, has a file of it mapped into memory)',
      'containerd (pid 16, keeps it mounted on /srv in a mount namespace of its own)',
      'x (pid 17, has a file open)',
      'mount /mnt/x',
      'map VolGroup00-LogVol00 (an active logical volume)',
      'map mine',
      'device md0',
      'loop device loop3 (on /mnt/x/image)',
      'swap on /dev/dm-3',
      'the running guest with domain id 7 (vbd-7-51712)',
    ]);
  });

  it('leave out the mount that is to be unmounted: it does not hold itself', () => {
    expect(parseHolders('mount\t/mnt/x\nmount\t/mnt/y\n', '/mnt/x')).toEqual(['mount /mnt/y']);
  });

  it('cannot write to the terminal by their names, nor fill it', () => {
    const text = `process\t1\tcwd\t${'x'.repeat(5_000)}\t\u001b[2J\n`;
    const [holder = ''] = parseHolders(text);
    expect(holder).toMatch(/^\\u001b\[2J \(pid 1, works in x+… \(\d+ more characters\)\)$/);
    expect(holder.length).toBeLessThan(300);
  });

  it.each([
    'x\n',
    'process\tx\tcwd\t/\tbash\n',
    'process\t1\tcwd\t/\t\n',
    'process\t1\tsocket\t/\tbash\n',
    'process\t1\tcwd\t/\tbash\tmore\n',
    'map\tname\n',
    'guest\tx\tvbd\n',
    'mount\t\n',
    'mount\t/mnt',
  ])('are refused as %j', (text) => {
    expect(codeOf(() => parseHolders(text))).toBe('output-unexpected');
  });
});
