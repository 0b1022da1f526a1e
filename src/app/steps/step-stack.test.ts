import { describe, expect, it } from 'vitest';
import { outstandingSteps, readJournal, type Step, XenBackupError } from '../../core/index.js';
import { articleLayout } from '../../core/testing/layout.contract.js';
import { Counter } from '../counter.js';
import { MemoryWorld } from '../testing/memory-world.contract.js';
import { JournalWriter } from './journal-writer.js';
import { StepStack } from './step-stack.js';

const runId = 'run0000001';
const path = `/var/lib/xen-backup/journals/${runId}.ndjson`;
const base = `/run/xen-backup/${runId}/m`;
const [wrapper, snapshot] = [`xen-backup-${runId}-2`, `xen-backup-${runId}-1`];

/** All kinds of steps, in an order in which each stands on those before it. */
const steps: readonly Step[] = [
  { kind: 'install-rule', host: 'a', path: '/run/udev/rules.d/56-xen-backup-abcdefghij.rules' },
  {
    kind: 'create-snapshot',
    host: 'a',
    guest: 'dc1',
    volumeGroup: 'vg',
    origin: 'dc1-xvda',
    name: snapshot,
    storage: { kind: 'thick', sizeBytes: 4096 },
    tags: ['xen-backup', `xen-backup-${runId}`],
  },
  {
    kind: 'create-map',
    host: 'a',
    guest: 'dc1',
    name: wrapper,
    uuid: `XENBACKUP-${runId}-2`,
    access: 'read-write',
    segments: [
      {
        kind: 'linear',
        startSector: 0,
        sectors: 8,
        device: `/dev/mapper/vg-${snapshot.replaceAll('-', '--')}`,
        offsetSectors: 0,
      },
    ],
  },
  {
    kind: 'add-partition-maps',
    host: 'a',
    guest: 'dc1',
    device: `/dev/mapper/${wrapper}`,
    access: 'read-write',
  },
  {
    kind: 'prepare-mount-points',
    host: 'a',
    guest: 'dc1',
    base,
    sizeBytes: 4096,
    directories: [`${base}/0`],
  },
  {
    kind: 'mount',
    host: 'a',
    guest: 'dc1',
    device: `/dev/mapper/${wrapper}p1`,
    mountPoint: `${base}/0`,
    fileSystemType: 'ext3',
    options: ['ro'],
  },
  { kind: 'protect-mount-points', host: 'a', guest: 'dc1', base },
];

function setUp(signal = new AbortController().signal) {
  const world = new MemoryWorld('a');
  world.host('a').addGuest('dc1', articleLayout(), 'running');
  const host = world.host('a').ports;
  const journal = new JournalWriter(host.files, '/var/lib/xen-backup', runId, 'boot');
  const init = {
    host,
    journal,
    clock: world.clock,
    events: { emit: (event: (typeof world.events)[number]) => void world.events.push(event) },
    signal,
    stepIds: new Counter(),
  };
  return { world, init, stack: new StepStack(init) };
}

/** Steps of the journal that are not undone. */
function outstanding(world: MemoryWorld): readonly number[] {
  const { entries } = readJournal(world.host('a').files.get(path) ?? '');
  return outstandingSteps(entries).map(({ id }) => id);
}

const effects = /create|add-part|install|mount-tmpfs|mount |protect|remove|unmount/;

describe('taking steps', () => {
  it('has the intention on the disk before the effect, for every step', async () => {
    const { world, stack } = setUp();
    let taken = 0;
    world.watchers.push(({ what }, moment) => {
      if (
        moment === 'before' &&
        /^(install|create-|add-part|mount-tmpfs|mount \/|protect)/.test(what)
      ) {
        taken += 1;
        expect(outstanding(world), what).toContain(taken);
      }
    });
    for (const step of steps) await stack.take(step);
    expect(taken).toBe(steps.length);
  });

  it('takes steps together with one append, and gives their effects in their order', async () => {
    const { world, stack } = setUp();
    await stack.take(steps[0]!);
    const result = await stack.takeTogether([steps[1]!, { ...steps[0]!, host: 'a' }]);
    expect(result.map(({ kind }) => kind)).toEqual(['snapshot', 'none']);
    expect(world.trace(/append/)).toHaveLength(1);
  });

  it('lets the others of a batch come to their end when one fails, and undoes them all', async () => {
    const { world, stack } = setUp();
    await stack.take(steps[0]!);
    world.fail(/create-snapshot/, new XenBackupError('volume-group-full', { message: 'full' }));
    const other: Step = {
      kind: 'install-rule',
      host: 'a',
      path: '/run/udev/rules.d/56-other.rules',
    };
    await expect(stack.takeTogether([steps[1]!, other])).rejects.toMatchObject({
      code: 'volume-group-full',
    });
    expect([...world.host('a').rules]).toContain('/run/udev/rules.d/56-other.rules');
    expect(await stack.unwind()).toEqual([]);
    expect(world.host('a').rules.size).toBe(0);
    expect(stack.undone.map(({ kind }) => kind)).toEqual([
      'remove-rule',
      'remove-snapshot',
      'remove-rule',
    ]);
  });

  it('takes nothing when the intention cannot be written', async () => {
    const { world, stack } = setUp();
    world.fail(/write/, new XenBackupError('file-unreadable', { message: 'read-only' }));
    await expect(stack.take(steps[0]!)).rejects.toMatchObject({ code: 'file-unreadable' });
    expect(world.host('a').rules.size).toBe(0);
    expect(stack.history).toEqual([]);
  });

  it('takes no step after a signal, but undoes what was taken', async () => {
    const abort = new AbortController();
    const { world, stack } = setUp(abort.signal);
    await stack.take(steps[0]!);
    abort.abort(new Error('SIGTERM'));
    await expect(stack.take(steps[1]!)).rejects.toMatchObject({
      code: 'interrupted',
      message: 'interrupted: SIGTERM',
    });
    expect(await stack.unwind()).toEqual([]);
    expect(world.host('a').traces).toEqual([`file ${path}`]);
  });

  it('passes on the error of ours that the work was aborted for', async () => {
    const abort = new AbortController();
    const { stack } = setUp(abort.signal);
    abort.abort(new XenBackupError('host-unreachable', { message: 'the lock was lost' }));
    await expect(stack.take(steps[0]!)).rejects.toMatchObject({ code: 'host-unreachable' });
  });

  it('tells each step and undo, with its number, place and duration', async () => {
    const { world, stack } = setUp();
    await stack.take(steps[0]!);
    await stack.unwind();
    expect(world.events).toEqual([
      { type: 'step-started', stepId: 1, host: 'a', step: { ...steps[0], id: 1 } },
      { type: 'step-finished', stepId: 1, host: 'a', durationMs: 0 },
      {
        type: 'undo-started',
        stepId: 1,
        host: 'a',
        undo: { kind: 'remove-rule', path: '/run/udev/rules.d/56-xen-backup-abcdefghij.rules' },
      },
      { type: 'undo-finished', stepId: 1, host: 'a', durationMs: 0 },
    ]);
  });
});

describe('unwinding', () => {
  it('is the exact reverse, and leaves nothing', async () => {
    const { world, stack } = setUp();
    for (const step of steps) await stack.take(step);
    world.calls.length = 0;
    expect(await stack.unwind()).toEqual([]);
    expect(world.trace(effects)).toEqual([
      `a: unmount ${base}/0`,
      `a: unmount ${base}`,
      `a: remove-directory ${base}`,
      `a: remove-partition-maps /dev/mapper/${wrapper}`,
      `a: remove-map ${wrapper}`,
      `a: remove-snapshot ${snapshot}`,
      'a: remove-rule /run/udev/rules.d/56-xen-backup-abcdefghij.rules',
    ]);
    // Journal and directory of the run are the session's.
    expect(world.host('a').traces).toEqual([`file ${path}`, `directory /run/xen-backup/${runId}`]);
    expect(await stack.unwind()).toEqual([]);
  });

  it('lets a guest go on before anything else is removed, and takes its timer away after that', async () => {
    const { world, stack } = setUp();
    const hold = { host: 'a', guest: 'dc1', name: `xen-backup-${runId}-9` } as const;
    await stack.take({ kind: 'arm-release', ...hold, timer: 'setsid', limitMs: 30_000 });
    await stack.take({ kind: 'pause-guest', ...hold });
    await stack.take(steps[1]!);
    await stack.take(steps[2]!);
    world.calls.length = 0;
    expect(await stack.unwind()).toEqual([]);
    expect(world.trace(/release|disarm|remove/)).toEqual([
      'a: release dc1',
      `a: remove-map ${wrapper}`,
      `a: remove-snapshot ${snapshot}`,
      `a: disarm xen-backup-${runId}-9`,
    ]);
  });

  it('undoes a step whose effect is unknown', async () => {
    const { world, stack } = setUp();
    await stack.take(steps[0]!);
    world.fail(
      /create-snapshot/,
      new XenBackupError('command-timed-out', { message: 'hangs' }),
      'after',
    );
    await expect(stack.take(steps[1]!)).rejects.toMatchObject({ code: 'command-timed-out' });
    expect(world.host('a').devices.traces).toEqual([`snapshot ${snapshot}`]);
    expect(await stack.unwind()).toEqual([]);
    expect(world.host('a').devices.traces).toEqual([]);
  });

  it.each(['volume-busy', 'mount-busy'] as const)(
    'answers %s by letting udev settle and trying again',
    async (code) => {
      const { world, stack } = setUp();
      for (const step of steps.slice(0, 3)) await stack.take(step);
      world.fail(/remove-map/, new XenBackupError(code, { message: 'udev holds it' }), 'before', 3);
      expect(await stack.unwind()).toEqual([]);
      expect(world.trace(/settle/)).toHaveLength(3);
      expect(world.clock.slept).toEqual([100, 500, 2_000]);
    },
  );

  it('goes on trying when udev does not settle', async () => {
    const { world, stack } = setUp();
    for (const step of steps.slice(0, 3)) await stack.take(step);
    world.fail(/remove-map/, new XenBackupError('volume-busy', { message: 'busy' }), 'before', 2);
    world.fail(/settle/, new XenBackupError('command-timed-out', { message: 'queue' }));
    expect(await stack.unwind()).toEqual([]);
  });

  it('tries a bounded number of times, then says what remains and why, top first', async () => {
    const { world, stack } = setUp();
    for (const step of steps) await stack.take(step);
    const busy = new XenBackupError('mount-busy', { message: 'held by 4711 (bash)' });
    world.fail(new RegExp(`unmount ${base}/0`), busy);
    const attempts = (): number => world.events.filter(({ type }) => type === 'undo-failed').length;
    expect(await stack.unwind()).toEqual([
      `a: mount of /dev/mapper/${wrapper}p1 on ${base}/0 (held by 4711 (bash))`,
      `a: mount points in ${base} (held by 4711 (bash))`,
      `a: partition maps of /dev/mapper/${wrapper} (held by 4711 (bash))`,
      `a: map ${wrapper} (held by 4711 (bash))`,
      `a: snapshot vg/${snapshot} of dc1-xvda (held by 4711 (bash))`,
      'a: udev rule /run/udev/rules.d/56-xen-backup-abcdefghij.rules (held by 4711 (bash))',
    ]);
    expect(attempts()).toBe(1);
    expect(world.clock.slept).toEqual([100, 500, 2_000, 5_000]);
  });

  it('keeps in the journal exactly what remains', async () => {
    const { world, stack } = setUp();
    for (const step of steps) await stack.take(step);
    world.fail(/remove-map/, new XenBackupError('volume-busy', { message: 'busy' }));
    await stack.unwind();
    expect(outstanding(world)).toEqual([1, 2, 3]);
  });

  it('does not try again what is no question of time', async () => {
    const { world, stack } = setUp();
    for (const step of steps.slice(0, 3)) await stack.take(step);
    world.fail(/remove-map/, new XenBackupError('ownership-unproven', { message: 'not ours' }));
    expect(await stack.unwind()).toHaveLength(3);
    expect(world.clock.slept).toEqual([]);
  });

  it('comes to its end even when the journal cannot be written any more', async () => {
    const { world, stack } = setUp();
    for (const step of steps.slice(0, 3)) await stack.take(step);
    const gone = new XenBackupError('host-unreachable', { message: 'gone' });
    world.fail(/remove-map|append/, gone);
    expect(await stack.unwind()).toHaveLength(3);
    expect(world.events.at(-1)).toMatchObject({
      type: 'notice',
      level: 'warning',
      message: 'gone',
    });
  });

  it('takes back the last step alone where that is asked for', async () => {
    const { world, stack } = setUp();
    for (const step of steps.slice(0, 3)) await stack.take(step);
    await stack.undoLast();
    expect(world.host('a').devices.traces).toEqual([`snapshot ${snapshot}`]);
    expect(stack.history).toHaveLength(3);
    expect(await stack.unwind()).toEqual([]);
  });
});
