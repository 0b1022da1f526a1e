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
    expect(holders.some((holder) => holder.endsWith(`(pid ${process.pid})`))).toBe(true);
  });

  it('finds nobody on a device that is not there', () => {
    const { status, stdout, stderr } = ask({ major: 4_000, minor: 77 });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });
});

describe('holders', () => {
  it('are named so that an operator finds them', () => {
    expect(parseHolders('4711\tbash\n12\tmy prog\nmap\tVolGroup00-LogVol00\n')).toEqual([
      'bash (pid 4711)',
      'my prog (pid 12)',
      'map VolGroup00-LogVol00',
    ]);
  });

  it('cannot write to the terminal by their names', () => {
    expect(parseHolders('1\t\u001b[2J\n')).toEqual(['\\u001b[2J (pid 1)']);
  });

  it.each(['x\n', 'x\ty\n', '1\t\n', '1\ta\tb\n', '-1\ta\n'])('are refused as %j', (text) => {
    expect(codeOf(() => parseHolders(text))).toBe('output-unexpected');
  });
});
