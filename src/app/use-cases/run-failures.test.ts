import { describe, expect, it } from 'vitest';
import { XenBackupError } from '../../core/index.js';
import {
  articleLayout,
  fileSystem,
  partitioned,
  withDisk,
} from '../../core/testing/layout.contract.js';
import { guestOf } from '../testing/memory-world.contract.js';
import { ThreeHosts, twoDiskLayout } from '../testing/three-hosts.contract.js';

const unreachable = new XenBackupError('host-unreachable', { message: 'no route to host' });
const writing = /create-|add-partition|mount |write|copy|install/;

describe('what goes wrong with one target', () => {
  it.each([
    ['a mount fails', /b: mount \//, 'mount-failed'],
    ['a map fails', /b: create-map/, 'command-failed'],
    ['the volumes cannot be listed', /b: volumes/, 'output-unexpected'],
    ['the record cannot be written', /b: write .*records/, 'file-unreadable'],
    ['the journal cannot be written', /b: write .*journals/, 'file-unreadable'],
    ['the flush fails', /b: flush/, 'command-failed'],
  ] as const)('leaves the others when %s', async (_, pattern, code) => {
    const hosts = new ThreeHosts();
    hosts.world.fail(pattern, new XenBackupError(code, { message: 'on purpose' }));
    const { report } = await hosts.run();
    expect(report.exitCode).toBe(10);
    expect(report.guests[0]).toMatchObject({ outcome: 'failed', code });
    const b = report.guests[0]?.targets.find(({ host }) => host === 'b');
    const c = report.guests[0]?.targets.find(({ host }) => host === 'c');
    expect(b).toMatchObject({ code });
    expect(b && 'generation' in b).toBe(false);
    expect(c).toMatchObject({ outcome: 'done', generation: 1 });
    expect(hosts.record('c')).toMatchObject({ state: 'complete' });
    expect(hosts.record('b')?.state).not.toBe('complete');
    expect(hosts.traces.filter((line) => !line.includes('journals'))).toEqual([]);
  });

  it('leaves the others when it does not answer, and names the reason', async () => {
    const hosts = new ThreeHosts();
    hosts.world.unreachable.set('b', unreachable);
    const { report } = await hosts.run();
    expect(report.exitCode).toBe(10);
    expect(report.guests[0]?.targets).toMatchObject([
      { host: 'b', outcome: 'refused', code: 'host-unreachable', reason: 'no route to host' },
      { host: 'c', outcome: 'done' },
    ]);
  });

  it('leaves the others when it is busy', async () => {
    const hosts = new ThreeHosts();
    const owner = { runId: 'other00000', controller: 'x', processId: 1, since: 'then' };
    await hosts.world.host('b').ports.locks.tryLock('guest-dc1', owner);
    const { report } = await hosts.run();
    expect(report.exitCode).toBe(10);
    expect(report.guests[0]?.targets).toMatchObject([
      {
        host: 'b',
        outcome: 'busy',
        code: 'lock-busy',
        reason: expect.stringContaining('other00000'),
      },
      { host: 'c', outcome: 'done' },
    ]);
  });

  it('keeps the source open for the others, though one fails early', async () => {
    const hosts = new ThreeHosts();
    hosts.world.fail(/b: volumes/, unreachable);
    await hosts.run();
    expect(hosts.first(/a: unmount/)).toBeGreaterThan(hosts.last(/copied real/));
  });
});

describe('what goes wrong with the source', () => {
  it.each([
    ['a snapshot', /create-snapshot/, 'volume-group-full'],
    ['a map', /a: create-map/, 'command-failed'],
    ['a mount', /a: mount \//, 'mount-failed'],
    ['fstab', /a: read-beneath/, 'file-unreadable'],
  ] as const)(
    'fails the guest when %s fails, with nothing written anywhere',
    async (_, pattern, code) => {
      const hosts = new ThreeHosts();
      hosts.world.fail(pattern, new XenBackupError(code, { message: 'on purpose' }));
      const { report } = await hosts.run();
      expect(report).toMatchObject({ exitCode: 10, guests: [{ outcome: 'failed', code }] });
      expect(hosts.world.trace(/copy|records.*write|write.*records/)).toEqual([]);
      expect(hosts.traces).toEqual([]);
    },
  );

  it('takes all snapshots or none: the first is removed when the second fails', async () => {
    const hosts = new ThreeHosts();
    hosts.guests.splice(0, 1, guestOf('two', ['a', 'b']));
    hosts.addGuest('two', twoDiskLayout(), ['two-root', 'two-home', 'two-boot']);
    const full = new XenBackupError('volume-group-full', { message: 'no extents' });
    hosts.world.fail(/create-snapshot .*two-xvdb/, full);
    const report = await hosts.report();
    expect(report).toMatchObject({ outcome: 'failed', code: 'volume-group-full' });
    expect(hosts.world.trace(/create-snapshot/)).toHaveLength(1);
    expect(hosts.world.trace(/a: create-map|probe/)).toEqual([]);
    expect(hosts.traces).toEqual([]);
  });

  it('takes no snapshot at all when there is no room for all of them', async () => {
    const hosts = new ThreeHosts();
    const { devices } = hosts.world.host('a');
    devices.volumeGroups.splice(0, 1, { ...devices.volumeGroups[0]!, freeBytes: 2 ** 20 });
    const report = await hosts.report();
    expect(report).toMatchObject({
      code: 'volume-group-full',
      reason: expect.stringMatching(
        /volume group vg on a has 1 MiB free; the snapshots need 228 MiB/,
      ),
    });
    expect(hosts.world.trace(/create-snapshot/)).toEqual([]);
  });

  it('says aloud that a disk is not supported, before any snapshot', async () => {
    const hosts = new ThreeHosts();
    const domain = hosts.world.host('a').domains.get('dc1')!;
    const file = {
      ...domain.definition.disks[0]!,
      target: 'xvdz',
      source: { kind: 'other' as const, description: 'network disk (rbd)' },
    };
    domain.definition = { ...domain.definition, disks: [...domain.definition.disks, file] };
    const report = await hosts.report();
    expect(report).toMatchObject({
      code: 'disk-unsupported',
      reason: expect.stringContaining('disk xvdz'),
    });
    expect(hosts.world.trace(/create/)).toEqual([]);
  });

  it('brings over by blocks what cannot be copied as files, and mounts nothing of it', async () => {
    const hosts = new ThreeHosts();
    const odd = withDisk(articleLayout(), 'xvda', partitioned('gpt', [fileSystem('ntfs', 'n')]));
    for (const host of hosts.world.hosts.values()) {
      host.addGuest('dc1', odd, host.name === 'a' ? 'running' : 'shut off');
    }
    const report = await hosts.report();
    expect(report).toMatchObject({ outcome: 'done' });
    expect(hosts.world.host('a').transfers.map(({ pass }) => pass)).toEqual([
      ...['dry', 'dry', 'real', 'real'],
    ]);
    expect(hosts.world.trace(/(mount |mount-tmpfs)/)).toEqual([]);
    expect(hosts.traces).toEqual([]);
  });

  it('skips a guest that has stopped since the run began, and changes nothing', async () => {
    const hosts = new ThreeHosts();
    hosts.world.watchers.push(({ what }, moment) => {
      if (what === 'list-domains' && moment === 'after')
        hosts.world.host('a').domains.get('dc1')!.state = 'shut off';
    });
    const { report } = await hosts.run();
    expect(report).toMatchObject({
      exitCode: 0,
      guests: [{ outcome: 'skipped', reason: 'dc1 on a is shut off since the run began' }],
    });
    expect(hosts.world.trace(writing).filter((line) => !/install|journals/.test(line))).toEqual([]);
  });

  it('is busy when another run works on it, and says who', async () => {
    const hosts = new ThreeHosts();
    const owner = { runId: 'other00000', controller: 'x', processId: 1, since: 'then' };
    await hosts.world.host('a').ports.locks.tryLock('guest-dc1', owner);
    const { report } = await hosts.run();
    expect(report).toMatchObject({
      exitCode: 3,
      guests: [{ outcome: 'busy', reason: expect.stringContaining('other00000') }],
    });
  });
});

describe('residue', () => {
  it('of a target is reported, keeps its journal, and makes the standby torn', async () => {
    const hosts = new ThreeHosts();
    hosts.world.fail(
      /b: unmount .*\/0$/,
      new XenBackupError('mount-busy', { message: 'held by 1 (bash)' }),
    );
    const { report } = await hosts.run();
    expect(report.exitCode).toBe(10);
    expect(report.residue[0]).toMatch(/^b: mount of .* \(held by 1 \(bash\)\)$/);
    expect(report.guests[0]?.targets).toMatchObject([
      { host: 'b', code: 'teardown-incomplete' },
      { host: 'c', outcome: 'done' },
    ]);
    expect(hosts.record('b')).toMatchObject({ state: 'syncing' });
    expect(hosts.traces).toContain('b: file /var/lib/xen-backup/journals/run0000001.ndjson');
  });

  it('of the source fails the guest, though its targets are done', async () => {
    const hosts = new ThreeHosts();
    hosts.world.fail(
      /a: remove-snapshot/,
      new XenBackupError('volume-busy', { message: 'in use' }),
    );
    const { report } = await hosts.run();
    expect(report).toMatchObject({
      exitCode: 10,
      guests: [{ outcome: 'failed', code: 'teardown-incomplete' }],
    });
    expect(report.guests[0]?.targets.map(({ outcome }) => outcome)).toEqual(['done', 'done']);
    expect(report.residue[0]).toMatch(/^a: snapshot vg\/xen-backup-run0000001-1 of dc1-xvda/);
  });
});
