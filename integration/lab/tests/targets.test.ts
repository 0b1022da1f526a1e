import { describe, expect, test } from 'vitest';
import { lab } from '../lab.js';
import { changeGuest, clearOut } from './changes.js';
import { configure, pairConfiguration, useLab, xenBackup } from './use-lab.js';

const [source, target] = [() => lab.host('dom0a'), () => lab.host('dom0b')];
const recordFile = '/var/lib/xen-backup/records/dc1.json';
/** What a person reads, without the line breaks of a terminal's width. */
const flat = (text: string) => text.replaceAll(/\s+/g, ' ');

/** A third host in the configuration, at an address of the link at which nobody is. */
const withDeadHost = pairConfiguration()
  .replace('guests:', '  dom0c: { address: 192.168.77.99 }\nguests:')
  .replace('hosts: [dom0a, dom0b]', 'hosts: [dom0a, dom0b, dom0c]');

/** Sixteen MiB that the standby lacks. */
const largeChange = 'PATH=/run/bin; head -c 16777216 /dev/urandom > /root/made/large; sync';
const root = '/dev/VolGroup00/LogVol00';
const disk = '/dev/VolGroupXX/LogVolDc1';

/** Lets somebody work in the standby's root file system, as an operator with kpartx and mount. */
async function inStandbyRoot(...words: readonly [string, ...string[]]): Promise<void> {
  await target().must(['kpartx', '-a', '-p', 'p', disk]);
  await target().must(['udevadm', 'settle']);
  await target().must(['vgchange', '-ay', 'VolGroup00']);
  await target().must(['mount', '-t', 'ext3', root, '/mnt']);
  // A disk that gets full is what some of them are for.
  await target().exec([...words], { timeoutMs: 900_000 });
  await target().must(['umount', '/mnt'], { timeoutMs: 300_000 });
  await target().must(['vgchange', '-an', 'VolGroup00']);
  await target().must(['kpartx', '-d', '-p', 'p', disk]);
}

/** What is wrong with a target is said, costs it no file, and costs the others nothing. */
describe('a target that cannot be served', () => {
  useLab('targets.test.ts');

  test('with a host key that is not known: it is not connected to, and the key is not learned', async () => {
    await source().must(['mv', '/root/.ssh/known_hosts', '/root/.ssh/known_hosts.aside']);
    const run = await xenBackup('dom0a', 'run', 'dc1');
    const learned = await source().exec(['test', '-e', '/root/.ssh/known_hosts']);
    await source().must(['mv', '/root/.ssh/known_hosts.aside', '/root/.ssh/known_hosts']);
    expect(run.exitCode).toBe(10);
    expect(flat(run.stdout + run.stderr)).toMatch(
      /dom0b \(\S+ port 22\) shows the key .*SHA256:\S+, which is in none of \S*known_hosts/,
    );
    expect(learned.exitCode).toBe(1);
    expect(await target().exec(['test', '-e', recordFile])).toMatchObject({ exitCode: 1 });
    expect(await lab.residue()).toEqual([]);
  });

  test('because it is full: the copy fails, and the standby is marked torn', async () => {
    await clearOut();
    await changeGuest('dc1');
    await lab.inGuest('dc1', largeChange);
    // No record yet: a standby that was seeded by hand is taken as it is.
    await inStandbyRoot('dd', 'if=/dev/zero', 'of=/mnt/filled', 'bs=1M', 'conv=fsync');
    const before = await lab.compareReplica('dc1');
    const theirs = await lab.residue();
    const run = await xenBackup('dom0a', 'run', 'dc1', '--allow-deletes');
    expect(run.exitCode).toBe(10);
    const said = flat(run.stdout + run.stderr);
    expect(said).toContain('/ (VolGroup00/LogVol00) from dom0a to dom0b');
    expect(said).toMatch(/file system on the target is full .*: No space left on device/);
    expect(said).toContain('Free room in that file system of the standby');
    expect(JSON.parse(await target().must(['cat', recordFile]))).toMatchObject({
      state: 'syncing',
    });
    const missing = ({ differences }: typeof before) =>
      differences
        .filter(({ what }) => what === 'is missing on the standby')
        .map(({ name }) => name);
    const missingBefore = new Set(missing(before));
    const after = await lab.compareReplica('dc1');
    expect(missing(after).filter((name) => !missingBefore.has(name))).toEqual([]);
    expect(await lab.residue()).toEqual(theirs);
  });

  test('is repaired by the next run once there is room', async () => {
    await inStandbyRoot('rm', '/mnt/filled');
    const theirs = await lab.residue();
    const run = await xenBackup('dom0a', 'run', 'dc1', '--allow-deletes');
    expect(run).toMatchObject({ exitCode: 0 });
    expect((await lab.compareReplica('dc1')).differences).toEqual([]);
    expect(await lab.residue()).toEqual(theirs);
  });

  test('because it is down: the other one is served, and the exit code says that one was not', async () => {
    await configure('dom0a', withDeadHost);
    const theirs = await lab.residue();
    await lab.inGuest('dc1', 'PATH=/run/bin; echo once more > /root/made/again; sync');
    const run = await xenBackup('dom0a', 'run', 'dc1');
    await configure('dom0a', pairConfiguration());
    expect(run.exitCode).toBe(10);
    expect(flat(run.stdout + run.stderr)).toContain('dom0c');
    expect(JSON.parse(await target().must(['cat', recordFile]))).toMatchObject({
      state: 'complete',
    });
    expect((await lab.compareReplica('dc1')).differences).toEqual([]);
    expect(await lab.residue()).toEqual(theirs);
  });
});
