import { describe, expect, it } from 'vitest';
import { readJournal, XenBackupError } from '../../core/index.js';
import { dead, foreign, interrupted, journals, recover } from '../testing/dead-runs.contract.js';
import { guestOf } from '../testing/memory-world.contract.js';
import { recoverAll } from '../use-cases/recover.js';
import { articleGuest, ThreeHosts, twoDiskLayout } from '../testing/three-hosts.contract.js';

describe('recover', () => {
  it('never touches what is not ours, or not provably', async () => {
    const hosts = new ThreeHosts();
    const theirs = foreign(hosts);
    const report = await recover(hosts);
    expect(report).toMatchObject({ exitCode: 0, residue: [] });
    expect(hosts.world.trace(/remove|unmount|unlock run-dead/)).toEqual([]);
    const { devices } = hosts.world.host('a');
    expect([...devices.maps.keys(), ...devices.logicalVolumes.keys()]).toEqual(
      expect.arrayContaining(theirs),
    );
  });

  it('never touches a run that lives, and says nothing about it', async () => {
    const hosts = await interrupted();
    const owner = { runId: 'run0000001', controller: 'x', processId: 1, since: 'then' };
    for (const host of hosts.world.hosts.values())
      await host.ports.locks.tryLock('run-run0000001', owner);
    const before = hosts.traces;
    expect(await recover(hosts)).toMatchObject({ exitCode: 0, residue: [] });
    expect(hosts.traces).toEqual(before);
  });

  it('holds the lock of a dead run while it cleans up, and frees it', async () => {
    const hosts = await interrupted();
    await recover(hosts);
    const trace = hosts.world.trace(/^a: (lock|unlock|unmount|remove)/);
    expect(trace[0]).toBe('a: lock run-run0000001');
    expect(trace.at(-1)).toBe('a: unlock run-run0000001');
    expect(hosts.world.host('a').locks.size).toBe(0);
  });

  it('ends the receivers of a dead run before it touches anything of it', async () => {
    const hosts = await interrupted();
    await recover(hosts);
    expect(hosts.first(/b: stop-receivers run0000001/)).toBeLessThan(
      hosts.first(/b: (unmount|remove)/),
    );
  });

  it('leaves a run alone whose receiver cannot be ended, and goes on with all others', async () => {
    const hosts = await interrupted();
    const survives = new XenBackupError('command-stop-unproven', {
      message: 'rsync 4711 is in state D',
    });
    hosts.world.fail(/b: stop-receivers/, survives);
    const ofB = hosts.traces.filter((line) => line.startsWith('b: '));
    const report = await recover(hosts);
    expect(report).toMatchObject({
      exitCode: 10,
      residue: ['b: run run0000001 (rsync 4711 is in state D)'],
    });
    expect(hosts.traces).toEqual(ofB);
    expect(hosts.world.host('b').locks.size).toBe(0);
  });

  it('undoes in exact reverse', async () => {
    const hosts = await interrupted();
    const created = [...hosts.world.host('a').devices.maps.keys()];
    await recover(hosts);
    const removed = hosts.world.trace(/a: remove-map/).map((line) => line.split(' ')[2]);
    expect(removed).toEqual(created.filter((name) => !/p\d+$/.test(name)).reverse());
  });

  it('names what it cannot take down, keeps the journal, and finishes the next time', async () => {
    const hosts = await interrupted();
    hosts.world.fail(
      /a: unmount .*\/0$/,
      new XenBackupError('mount-busy', { message: 'held by 1 (bash)' }),
      'before',
      100,
    );
    const report = await recover(hosts);
    expect(report.exitCode).toBe(10);
    expect(report.residue.join('\n')).toContain('held by 1 (bash)');
    expect(hosts.world.events).toContainEqual(
      expect.objectContaining({
        type: 'notice',
        level: 'error',
        host: 'a',
        message: expect.stringContaining('held by 1 (bash)'),
      }),
    );
    expect(hosts.traces).toContain(`a: file ${journals}/run0000001.ndjson`);
    expect(hosts.traces.some((line) => line.startsWith('b: '))).toBe(false);
    hosts.world.revive();
    expect(await recover(hosts)).toMatchObject({ exitCode: 0, residue: [] });
    expect(hosts.traces).toEqual([]);
  });

  it('does not let what is stuck of one guest keep the snapshots of another', async () => {
    const hosts = new ThreeHosts();
    hosts.guests.push(guestOf('two', ['a', 'b']));
    hosts.addGuest('two', twoDiskLayout(), ['two-root', 'two-home', 'two-boot']);
    let copies = 0;
    hosts.world.host('a').mounts.onCopy = async () => {
      copies += 1;
      // Both guests are open when the process dies.
      for (let turns = 0; turns < 300; turns += 1) await Promise.resolve();
      hosts.world.die();
      return { kind: 'failed', exitCode: 1, text: '' };
    };
    await hosts.run({ jobs: 2 }).catch(() => undefined);
    hosts.world.revive();
    expect(copies).toBeGreaterThan(0);
    const { devices } = hosts.world.host('a');
    expect(devices.traces.filter((line) => line.startsWith('snapshot'))).toHaveLength(3);
    const stuck = new XenBackupError('mount-busy', { message: 'held' });
    const [rootOfDc1] = hosts.world.host('a').mounts.entries.filter(({ type }) => type === 'ext3');
    hosts.world.fail(new RegExp(`a: unmount ${rootOfDc1!.mountPoint}$`), stuck);
    await recover(hosts);
    const left = [...devices.logicalVolumes.values()].flatMap(({ origin }) => origin ?? []);
    expect(left).toEqual(['dc1-xvda']);
  });

  it('uses what can be read of a damaged journal, says which line, and finds the rest by its stamp', async () => {
    const hosts = await interrupted();
    const { files } = hosts.world.host('a');
    const path = `${journals}/run0000001.ndjson`;
    const lines = files.get(path)!.split('\n');
    files.set(path, [...lines.slice(0, 2), '{"v":1,"seq', ...lines.slice(5)].join('\n'));
    expect(await recover(hosts)).toMatchObject({ exitCode: 0 });
    expect(hosts.traces).toEqual([]);
    expect(hosts.world.events).toContainEqual(
      expect.objectContaining({
        type: 'notice',
        level: 'warning',
        message: expect.stringContaining(`${path}:3 cannot be read`),
      }),
    );
  });

  it('removes the rule and directory of a dead run that got no further', async () => {
    const hosts = new ThreeHosts();
    const { rules, mounts } = hosts.world.host('a');
    rules.add(`/run/udev/rules.d/56-xen-backup-${dead}.rules`);
    mounts.directories.add(`/run/xen-backup/${dead}`);
    mounts.directories.add(`/run/xen-backup/${dead}/xen-backup-${dead}-1`);
    await recover(hosts);
    expect(hosts.traces).toEqual([]);
  });

  it('comes to the end in one go where a journal takes for undone what is still there', async () => {
    const hosts = await interrupted();
    const { files } = hosts.world.host('a');
    const path = `${journals}/run0000001.ndjson`;
    const mounted = readJournal(files.get(path)!).entries.filter(
      ({ phase, step }) => phase === 'intent' && step.kind === 'mount',
    );
    const undone = mounted.map((entry) => JSON.stringify({ ...entry, phase: 'undone' }));
    files.set(path, `${files.get(path)!}${undone.join('\n')}\n`);
    expect(await recover(hosts)).toMatchObject({ exitCode: 0, residue: [] });
    expect(hosts.traces).toEqual([]);
  });

  it('removes mount points that lie on the host itself because nothing was mounted there', async () => {
    const hosts = new ThreeHosts();
    const base = `/run/xen-backup/${dead}/xen-backup-${dead}-1`;
    hosts.world.host('a').mounts.makeDirectory(`${base}/0`);
    await recover(hosts);
    expect(hosts.traces).toEqual([]);
  });

  it('frees locks whose files were left behind, and never one that is held', async () => {
    const hosts = new ThreeHosts();
    const { files, ports } = hosts.world.host('a');
    const file = (lock: string) => `/run/xen-backup/locks/${lock}.lock`;
    for (const lock of ['run-dead000000', 'guest-dc1', 'guest-dc2', 'other']) {
      files.set(file(lock), 'owner');
    }
    await ports.locks.tryLock('guest-dc2', {
      runId: 'alive00000',
      controller: 'b',
      processId: 1,
      since: 'now',
    });
    hosts.world.calls.length = 0;
    expect((await recover(hosts)).exitCode).toBe(0);
    expect(hosts.world.trace(/a: (un)?lock/)).toEqual([
      'a: lock run-dead000000',
      'a: lock guest-dc1',
      'a: unlock guest-dc1',
      'a: lock guest-dc2',
      'a: unlock run-dead000000',
    ]);
    expect([...hosts.world.host('a').locks.keys()]).toEqual(['guest-dc2']);
  });

  it('does its part on every host that answers, and fails for those that do not', async () => {
    const hosts = await interrupted();
    hosts.world.unreachable.set(
      'c',
      new XenBackupError('host-unreachable', { message: 'c is down' }),
    );
    const report = await recover(hosts);
    expect(report).toMatchObject({
      command: 'recover',
      exitCode: 10,
      residue: ['c: c is down'],
      guests: [],
    });
    expect(hosts.traces.every((line) => line.startsWith('c: '))).toBe(true);
    hosts.world.unreachable.clear();
    expect(await recover(hosts)).toMatchObject({ exitCode: 0 });
    expect(hosts.traces).toEqual([]);
  });

  it('comes to its end although a signal has arrived', async () => {
    const hosts = await interrupted();
    const abort = new AbortController();
    abort.abort(new Error('SIGINT'));
    await recoverAll(hosts.world.context(hosts.guests, abort.signal));
    expect(hosts.traces).toEqual([]);
  });

  it('says nothing where there is nothing', async () => {
    const hosts = new ThreeHosts();
    await recover(hosts);
    expect(hosts.world.events.map(({ type }) => type)).toEqual(['run-started', 'report']);
    expect(hosts.data('b', articleGuest)).toEqual(['old', 'old']);
  });
});
