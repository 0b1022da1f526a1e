import { describe, expect, it } from 'vitest';
import { readJournal, XenBackupError } from '../../core/index.js';
import { recoverAll } from '../use-cases/recover.js';
import { guestOf } from '../testing/memory-world.contract.js';
import { articleGuest, ThreeHosts, twoDiskLayout } from '../testing/three-hosts.contract.js';

const journals = '/var/lib/xen-backup/journals';
const dead = 'dead000000';

/** The process will die at the n-th call of any port. @returns whether it has. */
function deathAt(hosts: ThreeHosts, index: number, moment: 'before' | 'after'): () => boolean {
  let calls = 0;
  hosts.world.watchers.push((_, now) => {
    if (now === moment && (calls += 1) === index + 1) hosts.world.die();
  });
  return () => calls > index;
}

/** A run that dies at the n-th call, before or after its effect. @returns whether it came so far. */
async function dieAt(
  hosts: ThreeHosts,
  index: number,
  moment: 'before' | 'after',
): Promise<boolean> {
  const died = deathAt(hosts, index, moment);
  await hosts.run().catch(() => undefined);
  hosts.world.revive();
  return died();
}

const recover = (hosts: ThreeHosts) => recoverAll(hosts.world.context(hosts.guests));

/** Objects that a run of another program, or of ours that lives, has on host a. */
function foreign(hosts: ThreeHosts): string[] {
  const { devices, mounts, rules, files } = hosts.world.host('a');
  const [device] = hosts.world.host('a').devices.logicalVolumes.keys();
  const below: string[] = [];
  const shown = { ...devices.shown('/dev/mapper/vg-dc1--xvda'), below };
  const map = (name: string, uuid: string) =>
    devices.maps.set(name, { ...shown, uuid, readOnly: false });
  map('vg-other', 'LVM-abc');
  map('xen-backup-dead000000-1', 'LVM-not-ours');
  map('xen-backup-dead000000-2', 'XENBACKUP-alive00000-2');
  map('my-xen-backup-dead000000-3', 'XENBACKUP-dead000000-3');
  const volume = devices.logicalVolumes.get(device ?? '')!;
  devices.logicalVolumes.set('xen-backup-dead000000-4', {
    ...volume,
    name: 'xen-backup-dead000000-4',
    origin: 'dc1-xvda',
    tags: ['xen-backup'],
  });
  devices.logicalVolumes.set('xen-backup-dead000000-5', {
    ...volume,
    name: 'xen-backup-dead000000-5',
    tags: ['xen-backup', 'xen-backup-dead000000'],
  });
  rules.add('/run/udev/rules.d/56-other.rules');
  mounts.directories.add('/run/xen-backup/locks');
  files.set(`${journals}/README`, 'not a journal');
  return [...devices.maps.keys(), 'xen-backup-dead000000-4', 'xen-backup-dead000000-5'];
}

describe('a run that dies at any moment', () => {
  it.each([
    ['after', 1],
    // Much as after the call before; not where calls are under way at the same time.
    ['before', 3],
  ] as const)(
    'leaves nothing after recover, and no standby that only looks whole (%s a call)',
    async (moment, stride) => {
      let [moments, torn] = [0, 0];
      for (let index = 0; ; index += stride) {
        const hosts = new ThreeHosts();
        if (!(await dieAt(hosts, index, moment))) break;
        moments += 1;
        const context = `death ${moment} call ${String(index)}`;
        for (const name of ['b', 'c']) {
          const [record, data] = [hosts.record(name), hosts.data(name)];
          // Untouched, or marked: never a mixture that looks whole.
          if (record?.state === 'complete') expect(data, context).toEqual(['new', 'new']);
          if (record === undefined) expect(data, context).toEqual(['old', 'old']);
          if (record?.state === 'syncing') torn += 1;
        }
        const report = await recover(hosts);
        expect(report, context).toMatchObject({ exitCode: 0, residue: [] });
        expect(hosts.traces, context).toEqual([]);
        // Again finds nothing.
        hosts.world.calls.length = 0;
        await recover(hosts);
        expect(hosts.world.trace(/remove|unmount/), context).toEqual([]);
        // And the next run is a good one.
        expect(await hosts.report(), context).toMatchObject({ outcome: 'done' });
        expect(hosts.data('b'), context).toEqual(['new', 'new']);
      }
      expect(moments * stride).toBeGreaterThan(150);
      expect(torn * stride).toBeGreaterThan(10);
    },
    // Hundreds of runs, on machines that have other work too.
    120_000,
  );

  it('is cleaned up by the next run without recover', async () => {
    for (let index = 0; ; index += 7) {
      const hosts = new ThreeHosts();
      if (!(await dieAt(hosts, index, 'after'))) break;
      expect(await hosts.report(), String(index)).toMatchObject({ outcome: 'done' });
      expect(hosts.traces, String(index)).toEqual([]);
    }
  });

  it('is cleaned up without its journals, by what bears our stamp', async () => {
    for (let index = 0; ; index += 5) {
      const hosts = new ThreeHosts();
      if (!(await dieAt(hosts, index, 'after'))) break;
      for (const { files } of hosts.world.hosts.values()) {
        for (const path of files.keys()) if (path.startsWith(journals)) files.delete(path);
      }
      expect(await recover(hosts), String(index)).toMatchObject({ exitCode: 0, residue: [] });
      expect(hosts.traces, String(index)).toEqual([]);
    }
  });

  it('is cleaned up after a recover that died itself', async () => {
    for (let index = 0; ; index += 3) {
      const hosts = new ThreeHosts();
      await dieAt(hosts, 150, 'after');
      const died = deathAt(hosts, index, 'after');
      await recover(hosts).catch(() => undefined);
      hosts.world.revive();
      expect(await recover(hosts), String(index)).toMatchObject({ exitCode: 0 });
      expect(hosts.traces, String(index)).toEqual([]);
      if (!died()) break;
    }
  });
});

describe('recover', () => {
  /** A run that died with everything open. */
  async function interrupted(): Promise<ThreeHosts> {
    const hosts = new ThreeHosts();
    hosts.world.host('a').mounts.onCopy = () => {
      hosts.world.die();
      return { kind: 'failed', exitCode: 1, text: '' };
    };
    await hosts.run().catch(() => undefined);
    hosts.world.revive();
    expect(hosts.traces.length).toBeGreaterThan(20);
    return hosts;
  }

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
    const report = await recover(hosts);
    expect(report).toMatchObject({
      exitCode: 10,
      residue: ['b: run run0000001 (rsync 4711 is in state D)'],
    });
    expect(hosts.traces.every((line) => line.startsWith('b: '))).toBe(true);
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

describe('recover under difficulties', () => {
  const path = `${journals}/run0000001.ndjson`;
  const readOnly = new XenBackupError('file-unreadable', { message: 'Read-only file system' });

  async function interruptedRun(): Promise<ThreeHosts> {
    const hosts = new ThreeHosts();
    await dieAt(hosts, 150, 'after');
    return hosts;
  }

  it.each([
    ['the state directory is full or read-only', /a: (remove-file|append|write)/],
    ['the journal cannot be read', /a: read .*ndjson/],
    ['the journals cannot be listed', /a: list .*journals/],
  ])('takes everything down although %s, says so, and ends in 10', async (_, pattern) => {
    const hosts = await interruptedRun();
    hosts.world.fail(pattern, readOnly);
    const report = await recover(hosts);
    expect(report.exitCode).toBe(10);
    expect(report.residue.join()).toContain('Read-only file system');
    expect(hosts.traces).toEqual([`a: file ${path}`]);
    hosts.world.revive();
    expect(await recover(hosts)).toMatchObject({ exitCode: 0, residue: [] });
    expect(hosts.traces).toEqual([]);
  });

  it.each([
    ['garbage', 'no journal\n\u0000\u001b[2J\n{"v":1}\n'],
    ['nothing', ''],
    ['a line that was torn in the middle', undefined],
  ])('finds by its stamp what a journal does not tell that holds %s', async (_, text) => {
    const hosts = await interruptedRun();
    const { files } = hosts.world.host('a');
    const whole = files.get(path) ?? '';
    files.set(path, text ?? whole.slice(0, whole.length / 2));
    expect(await recover(hosts)).toMatchObject({ exitCode: 0, residue: [] });
    expect(hosts.traces).toEqual([]);
  });

  it('finds the snapshots after a reboot, which took maps, mounts and rules with it', async () => {
    const hosts = await interruptedRun();
    for (const host of hosts.world.hosts.values()) {
      host.bootId = `second-boot-of-${host.name}`;
      host.devices.maps.clear();
      host.mounts.entries.length = 0;
      host.mounts.directories.clear();
      host.rules.clear();
    }
    expect(hosts.traces.some((line) => line.includes('snapshot'))).toBe(true);
    expect(await recover(hosts)).toMatchObject({ exitCode: 0, residue: [] });
    expect(hosts.traces).toEqual([]);
  });

  it('names a volume of a guest that is active on the host, and leaves it alone', async () => {
    const hosts = await interruptedRun();
    const { maps } = hosts.world.host('a').devices;
    const [shown] = [...maps.values()];
    const uuid = `LVM-${'g'.repeat(32)}${'v'.repeat(32)}`;
    maps.set('VolGroup00-LogVol00', { ...shown!, uuid, below: [] });
    await recover(hosts);
    expect([...maps.keys()]).toEqual(['VolGroup00-LogVol00']);
    expect(hosts.world.events).toContainEqual(
      expect.objectContaining({
        type: 'notice',
        level: 'warning',
        host: 'a',
        message: expect.stringContaining('VolGroup00-LogVol00'),
        remedy: expect.stringContaining('vgchange -an'),
      }),
    );
  });
});

describe('a host whose udev does not follow our rule', () => {
  it('is refused before anything of a guest can be seen there', async () => {
    const hosts = new ThreeHosts();
    hosts.world.host('b').udev = 'deaf';
    const { targets } = await hosts.report();
    expect(targets).toMatchObject([
      { host: 'b', outcome: 'refused', code: 'udev-rule-ignored' },
      { host: 'c', outcome: 'done' },
    ]);
    expect(hosts.world.trace(/^b: (create-map|add-partition|mount )/)).toEqual([]);
    expect(hosts.traces).toEqual([]);
  });

  it('cannot be the source either', async () => {
    const hosts = new ThreeHosts();
    hosts.world.host('a').udev = 'deaf';
    expect(await hosts.report()).toMatchObject({ outcome: 'failed', code: 'udev-rule-ignored' });
    expect(hosts.world.trace(/create-snapshot|create-map/)).toEqual([]);
    expect(hosts.traces).toEqual([]);
  });
});
