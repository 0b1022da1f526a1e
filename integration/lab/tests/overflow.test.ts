import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Comparison } from '../compare.js';
import type { ExecResult } from '../host.js';
import { lab } from '../lab.js';
import { changeGuest } from './changes.js';
import { pairConfiguration, useLab, xenBackup } from './use-lab.js';

/** Room for half a minute of what the guest writes, and never more. */
const configuration = pairConfiguration({
  defaults: ['snapshotSize: 32M', 'snapshotMaxSize: 32M', 'bandwidthLimit: 200K'],
});

/** Sixteen MiB that the standby lacks: more than a minute of copying at 200 KiB/s. */
const largeChange = 'PATH=/run/bin; head -c 16777216 /dev/urandom > /root/made/large; sync';
/**
 * Each behind the other, to the disk at once: the file stays, and the snapshot keeps every block. In
 * all less than it holds, so that it stays whole behind a run that stops in time: taking down needs
 * half a minute there.
 */
const writeSteadily =
  'for i in $(seq 26); do dd if=/dev/zero of=/root/filled-$i bs=1M count=1 conv=fsync; sleep 1; done';
const writeAtOnce = 'dd if=/dev/zero of=/root/filled-at-once bs=1M count=150 conv=fsync';

/** A snapshot that fills during a copy, by what the running guest itself writes. */
describe('the guest writes more than its snapshot holds', () => {
  useLab('overflow.test.ts', configuration);

  let before: Comparison;

  beforeAll(async () => {
    await changeGuest('dc1');
    await lab.inGuest('dc1', largeChange);
    before = await lab.compareReplica('dc1');
  });

  test('steadily: the run stops before it overflows, names it, and says what to do', async () => {
    const run = await runWhileGuestWrites(writeSteadily);
    expect(run.exitCode).toBe(10);
    expect(run.stdout).toMatch(
      /snapshot VolGroupXX\/xen-backup-\w{10}-\d+ of LogVolDc1 on dom0a is \d+ % full/,
    );
    expect(run.stdout).toContain('stopped before it overflows');
    expect(run.stdout).toMatch(/Set snapshotSize: \d+[MG] for dc1/);
    expect(await kernelSays('Invalidating snapshot')).toBe(false);
  });

  test('has cost the standby no file, and left nothing behind', () => nothingLost(before));

  test('at once: the run fails, names the snapshot, and says what to do', async () => {
    const run = await runWhileGuestWrites(writeAtOnce);
    expect(run.exitCode).toBe(10);
    expect(run.stdout).toMatch(/snapshot VolGroupXX\/xen-backup-\w{10}-\d+ of LogVolDc1 on dom0a/);
    expect(run.stdout).toMatch(/overflowed and is invalid|stopped before it overflows/);
    expect(run.stdout).toMatch(/[Ss]et (a larger )?snapshotSize/);
  });

  test('has cost the standby no file either', () => nothingLost(before));
});

/** Starts a run, and lets the guest write as soon as the pass that writes has begun. */
async function runWhileGuestWrites(script: string): Promise<ExecResult> {
  // Logged in before: the console takes its time.
  await lab.inGuest('dc1', 'PATH=/run/bin; rm -f /root/filled-*; sync');
  const run = xenBackup('dom0a', 'run', 'dc1');
  const started = `{ ( ${script} ) >/dev/null 2>&1 & }; echo $! > /run/writer`;
  const writing = realPassBegins().then(() => lab.inGuest('dc1', started));
  const [result] = await Promise.all([run, writing]);
  await lab.inGuest('dc1', 'kill $(cat /run/writer) 2>/dev/null; wait; true');
  return result;
}

/** The sender's own arguments tell the pass that writes from the dry one. */
async function realPassBegins(): Promise<void> {
  for (let seconds = 0; seconds < 900; seconds += 2) {
    const { stdout } = await lab.host('dom0a').exec(['pgrep', '-a', 'rsync']);
    // Behind it stands the receiver's script, which has options of its own.
    const senders = stdout.split('\n').map((line) => line.split('--rsync-path='));
    if (senders.some(([own = '', receiver]) => receiver !== undefined && !/ -n /.test(own))) return;
    await sleep(2000);
  }
  throw new Error('no pass that writes began within 15 minutes');
}

async function kernelSays(text: string): Promise<boolean> {
  return (await lab.host('dom0a').must(['dmesg'])).includes(text);
}

/** What the standby had it still has, wanted by the source or not: nothing was deleted on it. */
async function nothingLost(before: Comparison): Promise<void> {
  const after = await lab.compareReplica('dc1');
  const made = /^"\/root\/filled-/;
  const missing = names(after, 'is missing on the standby').filter((name) => !made.test(name));
  const missingBefore = new Set(names(before, 'is missing on the standby'));
  expect(missing.filter((name) => !missingBefore.has(name))).toEqual([]);
  expect(names(after, 'is on the standby only')).toEqual(
    expect.arrayContaining(names(before, 'is on the standby only')),
  );
  expect(names(before, 'is on the standby only').length).toBeGreaterThan(0);
  expect(await lab.residue()).toEqual([]);
}

function names({ differences }: Comparison, what: string): string[] {
  return differences.filter((each) => each.what === what).map(({ name }) => name);
}
