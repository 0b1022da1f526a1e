import { describe, expect, it } from 'vitest';
import { XenBackupError } from '../../core/index.js';
import {
  articleLayout,
  fileSystem,
  partitioned,
  swap,
  withDisk,
} from '../../core/testing/layout.contract.js';
import { quietStatistics } from '../testing/memory-mounts.contract.js';
import { guestOf } from '../testing/memory-world.contract.js';
import { ThreeHosts, twoDiskLayout } from '../testing/three-hosts.contract.js';

const unreachable = new XenBackupError('host-unreachable', { message: 'no route to host' });
const writing = /create-|add-partition|mount |write|copy|install/;

describe('a run', () => {
  it('brings all standbys up to date, leaves no trace, and remembers it', async () => {
    const hosts = new ThreeHosts();
    const { report, plans } = await hosts.run();
    expect(report).toMatchObject({
      command: 'run',
      exitCode: 0,
      residue: [],
      guests: [
        {
          guest: 'dc1',
          outcome: 'done',
          source: 'a',
          snapshotPeakShare: 0.1,
          targets: [
            { host: 'b', outcome: 'done', files: 4, bytes: 4096, deletions: 2, generation: 1 },
            { host: 'c', outcome: 'done', generation: 1 },
          ],
        },
      ],
    });
    expect([hosts.data('b'), hosts.data('c')]).toEqual([
      ['new', 'new'],
      ['new', 'new'],
    ]);
    expect(hosts.traces).toEqual([]);
    expect([hosts.record('a'), hosts.record('b'), hosts.record('c')]).toMatchObject([
      { role: 'source', state: 'complete', counter: 1, source: 'a' },
      { role: 'standby', state: 'complete', counter: 1, source: 'a' },
      { role: 'standby', state: 'complete', counter: 1, source: 'a' },
    ]);
    expect(plans[0]?.mounts.order.map(({ guestPath }) => guestPath)).toEqual(['/', '/boot']);
    expect(hosts.world.events.at(-1)).toMatchObject({ type: 'report', report: { exitCode: 0 } });
  });

  it('counts on from run to run', async () => {
    const hosts = new ThreeHosts();
    await hosts.run();
    await hosts.run({ targets: ['b'] });
    expect(
      [hosts.record('a'), hosts.record('b'), hosts.record('c')].map((record) => record?.counter),
    ).toEqual([2, 2, 1]);
    await hosts.run();
    expect(hosts.record('c')).toMatchObject({ counter: 3, state: 'complete' });
  });

  it('copies in the order of the guest, rsync being started on the source for each target', async () => {
    const hosts = new ThreeHosts();
    await hosts.run();
    const { copies } = hosts.world.host('a').mounts;
    const toB = copies.filter(({ peer }) => peer.address === 'b.example');
    expect(toB.map(({ pass, maxDeletes }) => [pass, maxDeletes])).toEqual([
      ['dry', undefined],
      ['dry', undefined],
      ['real', 1],
      ['real', 1],
    ]);
    expect(toB.map(({ excludes }) => excludes)).toEqual([['/tmp/*'], [], ['/tmp/*'], []]);
    for (const { tag, targetLock } of copies) {
      expect(tag).toMatch(/^run0000001-\d+$/);
      expect(targetLock).toBe('guest-dc1');
    }
    expect(new Set(toB.map(({ tag }) => tag)).size).toBe(4);
  });

  it('refuses guests and hosts that nobody has configured, before it asks anyone', async () => {
    const hosts = new ThreeHosts();
    await expect(hosts.run({ guests: ['dc9'] })).rejects.toMatchObject({ code: 'guest-unknown' });
    await expect(hosts.run({ targets: ['z'] })).rejects.toMatchObject({ code: 'usage-invalid' });
    await expect(hosts.run({ from: 'z' })).rejects.toMatchObject({ code: 'usage-invalid' });
    expect(hosts.world.trace()).toEqual([]);
  });

  it('works on a guest once that is named twice', async () => {
    const hosts = new ThreeHosts();
    const { report } = await hosts.run({ guests: ['dc1', 'dc1'] });
    expect(report.guests).toHaveLength(1);
  });
});

describe('the order of a run', () => {
  it('takes all snapshots of a guest before anything of it is read', async () => {
    const hosts = new ThreeHosts();
    hosts.guests.splice(0, 1, guestOf('two', ['a', 'b']));
    hosts.addGuest('two', twoDiskLayout(), ['two-root', 'two-home', 'two-boot']);
    await hosts.run();
    expect(hosts.world.trace(/create-snapshot/)).toHaveLength(2);
    expect(hosts.last(/create-snapshot/)).toBeLessThan(hosts.first(/create-map|probe/));
    expect(hosts.data('b', ['two-root', 'two-home', 'two-boot'])).toEqual(['new', 'new', 'new']);
  });

  it('proves mounts and snapshots before the first dry pass, and again before the first real one', async () => {
    const hosts = new ThreeHosts();
    await hosts.run({ targets: ['b'] });
    const proof = ['a: health', 'a: mounts', 'b: mounts'];
    for (const line of proof) {
      expect(hosts.first(new RegExp(line))).toBeLessThan(hosts.first(/copy dry/));
      const trace = hosts.world.trace();
      const between = trace.slice(hosts.last(/copied dry/), hosts.first(/copy real/));
      expect(between.some((call) => call.startsWith(line))).toBe(true);
    }
  });

  it('proves them after each real pass as well', async () => {
    const hosts = new ThreeHosts();
    await hosts.run({ targets: ['b'] });
    const trace = hosts.world.trace();
    const first = hosts.first(/copied real/);
    const next = trace.findIndex((line, index) => index > first && line.includes('copy real'));
    expect(trace.slice(first, next).some((line) => line.startsWith('a: health'))).toBe(true);
    expect(
      trace.slice(hosts.last(/copied real/)).some((line) => line.startsWith('b: mounts')),
    ).toBe(true);
  });

  it('makes the dry pass over every file system before the first byte is written to any', async () => {
    const hosts = new ThreeHosts();
    await hosts.run({ targets: ['b'] });
    expect(hosts.last(/copied dry/)).toBeLessThan(hosts.first(/copy real/));
  });

  it('asks again under the lock, right before it writes, whether the standby is at rest', async () => {
    const hosts = new ThreeHosts();
    await hosts.run({ targets: ['b'] });
    expect(hosts.first(/b: lock guest/)).toBeLessThan(hosts.first(/b: state/));
    expect(hosts.first(/b: state/)).toBeLessThan(hosts.first(/b: create-map/));
    const trace = hosts.world.trace();
    const between = trace.slice(hosts.last(/copied dry/), hosts.first(/b: write .*records/));
    expect(between.filter((line) => line === 'b: state dc1')).toHaveLength(1);
    // And when everything is unmounted: a guest that started meanwhile leaves it torn.
    const after = trace.slice(hosts.last(/b: unmount/), hosts.last(/b: write .*records/));
    expect(after.filter((line) => line === 'b: state dc1')).toHaveLength(1);
  });

  it('marks the standby torn before the first byte, and the source before the standby', async () => {
    const hosts = new ThreeHosts();
    const states: (string | undefined)[] = [];
    hosts.world.host('a').mounts.onCopy = ({ pass }) => {
      if (pass === 'real') states.push(hosts.record('b')?.state);
      return { kind: 'done', statistics: quietStatistics };
    };
    await hosts.run({ targets: ['b'] });
    expect(states).toEqual(['syncing', 'syncing']);
    expect(hosts.first(/a: write .*records/)).toBeLessThan(hosts.first(/b: write .*records/));
    expect(hosts.first(/b: write .*records/)).toBeLessThan(hosts.first(/copy real/));
  });

  it('calls it complete only after the last unmount and the flush of every disk', async () => {
    const hosts = new ThreeHosts();
    await hosts.run({ targets: ['b'] });
    const complete = hosts.last(/b: write .*records/);
    expect(hosts.last(/b: (unmount|remove-map|remove-partition)/)).toBeLessThan(
      hosts.first(/b: flush/),
    );
    expect(hosts.last(/b: flush/)).toBeLessThan(complete);
    expect(hosts.first(/b: unlock guest/)).toBeGreaterThan(complete);
  });

  it('closes the source after all its targets', async () => {
    const hosts = new ThreeHosts();
    await hosts.run();
    expect(hosts.first(/a: unmount/)).toBeGreaterThan(hosts.last(/[bc]: remove-map/));
    expect(hosts.last(/a: remove-snapshot/)).toBeGreaterThan(hosts.last(/a: remove-map/));
  });

  it('keeps udev away before it makes the first map', async () => {
    const hosts = new ThreeHosts();
    await hosts.run();
    for (const name of ['a', 'b', 'c']) {
      expect(hosts.first(new RegExp(`${name}: install-rule`))).toBeLessThan(
        hosts.first(new RegExp(`${name}: create`)),
      );
      expect(hosts.last(new RegExp(`${name}: remove-map`))).toBeLessThan(
        hosts.last(new RegExp(`${name}: remove-rule`)),
      );
    }
  });

  it('serves guests one after another, or so many at once as asked', async () => {
    for (const jobs of [1, 2]) {
      const hosts = new ThreeHosts();
      hosts.guests.push(guestOf('two', ['a', 'b']));
      hosts.addGuest('two', twoDiskLayout(), ['two-root', 'two-home', 'two-boot']);
      const { report } = await hosts.run({ jobs });
      expect(report.exitCode).toBe(0);
      const events = hosts.world.events.map(({ type, guest }) => `${type} ${guest ?? ''}`);
      const overlaps = events.indexOf('guest-started two') < events.indexOf('guest-finished dc1');
      expect(overlaps).toBe(jobs === 2);
      expect(hosts.traces).toEqual([]);
    }
  });
});

describe('plan and dry run', () => {
  it('a plan opens and closes everything, copies nothing, and opens targets only to read', async () => {
    const hosts = new ThreeHosts();
    const { report, plans } = await hosts.run({ mode: 'plan' });
    expect(report.exitCode).toBe(0);
    expect(hosts.world.trace(/copy|records.*write|write.*records/)).toEqual([]);
    const mounts = hosts.world.trace(/[bc]: mount \//);
    expect(mounts).toHaveLength(4);
    for (const line of mounts) expect(line).toMatch(/ ro,nosuid,nodev,noexec,noload$/);
    const [plan] = plans;
    expect(plan?.targets.map(({ host, transfers }) => [host, transfers.length])).toEqual([
      ['b', 3],
      ['c', 3],
    ]);
    expect(plan?.notCopied).toEqual([]);
    // The write protection of three trees needs no undo of its own.
    expect(plan?.steps).toHaveLength((plan?.teardown.length ?? 0) + 3);
    expect(hosts.traces).toEqual([]);
  });

  it('lists steps and teardown of all hosts, each in the order in which it happened', async () => {
    const hosts = new ThreeHosts();
    const { plans } = await hosts.run({ mode: 'plan' });
    const ids = plans[0]!.steps.map(({ id }) => id);
    expect(ids).toEqual([...ids].sort((left, right) => left - right));
    const closed = plans[0]!.teardown.map(({ host }) => host);
    expect(closed.lastIndexOf('b')).toBeLessThan(closed.indexOf('a'));
    expect(closed.lastIndexOf('c')).toBeLessThan(closed.indexOf('a'));
  });

  it('a dry run counts and changes nothing, the targets being opened only to read', async () => {
    const hosts = new ThreeHosts();
    const report = await hosts.report({ mode: 'dry-run' });
    expect(report).toMatchObject({ outcome: 'done', targets: [{ files: 4, deletions: 2 }, {}] });
    expect(report.targets.some((target) => 'generation' in target)).toBe(false);
    expect(hosts.world.trace(/copy real|write.*records/)).toEqual([]);
    expect(hosts.world.trace(/[bc]: mount .* rw/)).toEqual([]);
    expect(hosts.data('b')).toEqual(['old', 'old']);
    expect(hosts.record('b')).toBeUndefined();
  });

  it('a plan that finds a conflict ends in 4, a run in 10', async () => {
    for (const [mode, exitCode] of [
      ['plan', 4],
      ['run', 10],
    ] as const) {
      const hosts = new ThreeHosts();
      hosts.world
        .host('b')
        .addGuest('dc1', withDisk(articleLayout(), 'xvda', partitioned('gpt', [swap('s')])));
      const { report } = await hosts.run({ mode });
      expect(report.exitCode).toBe(exitCode);
      expect(report.guests[0]?.targets[0]).toMatchObject({
        host: 'b',
        outcome: 'failed',
        code: 'layout-drift',
      });
      expect(report.guests[0]?.targets[1]).toMatchObject({ host: 'c', outcome: 'done' });
    }
  });
});

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
