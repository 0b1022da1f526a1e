import { describe, expect, test } from 'vitest';
import { lab } from '../lab.js';
import { clearOut } from './changes.js';
import { useLab, xenBackup } from './use-lab.js';

const standby = () => lab.host('dom0b');
const record = () => standby().must(['cat', '/var/lib/xen-backup/records/dc1.json']);
/** What a person reads, without the line breaks of a terminal's width. */
const flat = (text: string) => text.replaceAll(/\s+/g, ' ');

async function shutDown(): Promise<void> {
  await standby().must(['virsh', 'shutdown', 'dc1']);
  for (let waited = 0; waited < 60; waited += 1) {
    const state = await standby().must(['virsh', 'domstate', 'dc1']);
    if (state.trim() === 'shut off') return;
    await standby().must(['sleep', '5']);
  }
  throw new Error('dc1 does not shut down on dom0b');
}

/**
 * Whoever uses a standby keeps it, until the operator says otherwise. What the users themselves leave
 * on the host (kpartx, LVM and a guest's start do) is theirs: a run adds nothing to it.
 */
describe('a standby that somebody uses, or has used', () => {
  useLab('standby.test.ts');

  test('is replicated while nobody does, and sealed', async () => {
    await clearOut();
    const run = await xenBackup('dom0a', 'run', 'dc1', '--allow-deletes');
    expect(run).toMatchObject({ exitCode: 0 });
    const positions = ['xvda/1', 'VolGroup00/LogVol00', 'VolGroup00/LogVol01'];
    expect(JSON.parse(await record())).toMatchObject({
      state: 'complete',
      seal: { kind: 'whole', contents: positions.map((position) => ({ position })) },
    });
  });

  test('is replicated again: what a run does itself does not count', async () => {
    expect(await xenBackup('dom0a', 'run', 'dc1')).toMatchObject({ exitCode: 0 });
    expect(await xenBackup('dom0a', 'plan', 'dc1')).toMatchObject({ exitCode: 0 });
    expect(await xenBackup('dom0a', 'run', 'dc1', '--dry-run')).toMatchObject({ exitCode: 0 });
  });

  test('is refused while it is mounted, and who holds it is named', async () => {
    const before = await record();
    await standby().must(['kpartx', '-a', '-p', 'p', '/dev/VolGroupXX/LogVolDc1']);
    const partition = '/dev/mapper/VolGroupXX-LogVolDc1p1';
    await standby().must(['mount', '-t', 'ext3', '-o', 'ro,noload', partition, '/mnt']);
    const theirs = await lab.residue();
    const run = await xenBackup('dom0a', 'run', 'dc1');
    expect(run.exitCode).toBe(10);
    const said = flat(run.stdout + run.stderr);
    expect(said).toMatch(/VolGroupXX\/LogVolDc1 \(disk xvda of dc1\).* is in use/);
    expect(said).toContain('VolGroupXX-LogVolDc1p1');
    expect(await record()).toBe(before);
    expect(await lab.residue()).toEqual(theirs);
    await standby().must(['umount', '/mnt']);
    // The host's udev may have activated the guest's group meanwhile.
    await standby().exec(['vgchange', '-an', 'VolGroup00']);
    await standby().must(['kpartx', '-d', '-p', 'p', '/dev/VolGroupXX/LogVolDc1']);
  });

  test('is good again after somebody only looked at it', async () => {
    expect(await xenBackup('dom0a', 'run', 'dc1')).toMatchObject({ exitCode: 0 });
  });

  test('is refused while it runs', async () => {
    const before = await record();
    await lab.bootStandby('dc1');
    const run = await xenBackup('dom0a', 'run', 'dc1');
    expect(run.exitCode).toBe(10);
    expect(flat(run.stdout + run.stderr)).toMatch(/runs on|is running/);
    expect(await record()).toBe(before);
    await shutDown();
  });

  test('is refused once it was used, by run, plan and dry run, and nothing of it changes', async () => {
    const digest = () =>
      standby().must(['sha256sum', '/dev/VolGroupXX/LogVolDc1'], { timeoutMs: 900_000 });
    const [before, bytes, theirs] = [await record(), await digest(), await lab.residue()];
    const run = await xenBackup('dom0a', 'run', 'dc1');
    expect(run.exitCode).toBe(10);
    const said = flat(run.stdout + run.stderr);
    expect(said).toMatch(/the standby of dc1 .*was used since replication \d+ from dom0a/);
    expect(said).toContain('VolGroup00/LogVol00 (ext3)');
    expect(said).toContain('xen-backup run dc1 --target dom0b --discard-standby-changes dc1');
    expect((await xenBackup('dom0a', 'run', 'dc1', '--dry-run')).exitCode).toBe(10);
    expect((await xenBackup('dom0a', 'plan', 'dc1')).exitCode).toBe(4);
    expect(await record()).toBe(before);
    expect(await digest()).toBe(bytes);
    expect(await lab.residue()).toEqual(theirs);
  });

  test('is overwritten only where the guest is named again, and is identical then', async () => {
    const theirs = await lab.residue();
    const wrong = await xenBackup('dom0a', 'run', '--discard-standby-changes', 'dc1');
    expect(wrong.exitCode).toBe(2);
    const right = await xenBackup('dom0a', 'run', 'dc1', '--discard-standby-changes', 'dc1');
    expect(right).toMatchObject({ exitCode: 0 });
    const { differences, files } = await lab.compareReplica('dc1');
    expect(differences).toEqual([]);
    expect(files).toBeGreaterThan(200);
    expect(await lab.residue()).toEqual(theirs);
  });
});
