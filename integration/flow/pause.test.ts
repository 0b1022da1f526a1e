import { describe, expect, it } from 'vitest';
import { domainNamed, resumeDomain, suspendDomain } from '../../fakes/domains/operations.js';
import type { SimulatedDomain } from '../../fakes/domains/types.js';
import { exists, readText, removeFile } from '../../fakes/filesystem/files.js';
import { hostObjects } from '../../fakes/judge/objects.js';
import { guestFileSystems } from '../../fakes/domains/guest-disks.js';
import { findPath } from '../../fakes/filesystem/tree-paths.js';
import { reboot } from '../../fakes/world/power.js';
import type { TraceEntry } from '../../fakes/world/state.js';
import type { GuestReport, RunReport } from '../../src/index.js';
import { Stage, scenario, withFaults } from './stage.js';

const paused = scenario('paused-guest');
const pauseLimitMs = 10_000;
const slowSecond = '{ step: create-snapshot, occurrence: 2, effect: { delay: 2s } }';

function guestOn(stage: Stage): SimulatedDomain {
  return domainNamed(stage.machine('dom0a'), 'dc2');
}

function guestOf({ guests: [guest] }: RunReport): GuestReport {
  if (guest === undefined) throw new Error('no guest was reported');
  return guest;
}

/** The number that each disk of the standby holds. */
function counters(stage: Stage): readonly string[] {
  const machine = stage.machine('dom0b');
  return guestFileSystems(machine, domainNamed(machine, 'dc2')).map(({ fileSystem: { tree } }) => {
    const inode = findPath(tree, '/counter');
    return inode === undefined ? 'none' : inode.content.text().trim();
  });
}

function commandsOf(stage: Stage, pattern: RegExp): readonly TraceEntry[] {
  return stage.simulation.world.trace.filter(
    ({ machine, argv }) => machine === 'dom0a' && pattern.test(argv.join(' ')),
  );
}

function endOf(stage: Stage, pattern: RegExp): number {
  return commandsOf(stage, pattern)[0]?.endMs ?? Number.NaN;
}

/** Does something as soon as a command has begun. */
function whenBegun(stage: Stage, pattern: RegExp, act: () => void): void {
  const { clock } = stage.simulation.world;
  const look = (): void => {
    if (commandsOf(stage, pattern).length > 0) act();
    else clock.scheduleBackground(5, look);
  };
  look();
}

function pass(stage: Stage, durationMs: number): Promise<void> {
  return stage.simulation.clock.sleep(durationMs);
}

const resuming = /^virsh .*; resume /;
const suspending = /^virsh .*; suspend /;

describe('consistency: pause', () => {
  it('shows all disks of one instant, which they are not without it', async () => {
    const text = withFaults(paused, slowSecond);
    const stage = await Stage.open(text);
    expect((await stage.run()).exitCode).toBe(0);
    const [first, second] = counters(stage);
    expect(Number(first)).toBeGreaterThan(0);
    expect(second).toBe(first);

    const without = await Stage.open(text.replace('consistency: pause', 'consistency: none'));
    expect((await without.run()).exitCode).toBe(0);
    const apart = counters(without);
    expect(apart[0]).not.toBe(apart[1]);
  });

  it('reports how long the guest stood, by the clock of its host, and leaves nothing', async () => {
    const stage = await Stage.open(paused);
    const report = await stage.run();
    const { consistency, pauseMs = 0 } = guestOf(report);
    expect([report.exitCode, consistency]).toEqual([0, 'pause']);
    const from = commandsOf(stage, suspending)[0]?.startMs ?? 0;
    const felt = endOf(stage, resuming) - from;
    expect(Math.abs(pauseMs - felt)).toBeLessThanOrEqual(20);
    expect(guestOn(stage).state).toBe('running');
    expect(await stage.left()).toEqual([]);
  });

  it('lets the guest go on as soon as the last snapshot exists, before anything else', async () => {
    const stage = await Stage.open(paused);
    await stage.run();
    const resumed = endOf(stage, resuming);
    expect(resumed).toBeLessThan(commandsOf(stage, /^blkid/)[0]?.startMs ?? 0);
    const lastSnapshot = Math.max(...commandsOf(stage, /^lvcreate/).map(({ endMs = 0 }) => endMs));
    expect((commandsOf(stage, resuming)[0]?.startMs ?? 0) - lastSnapshot).toBeLessThan(10);
  });

  it('has the timer armed, and all intentions written down, before the guest stands', async () => {
    const stage = await Stage.open(paused);
    await stage.run();
    const suspended = commandsOf(stage, suspending)[0]?.startMs ?? 0;
    expect(endOf(stage, /^systemd-run /)).toBeLessThanOrEqual(suspended);
    const appended = commandsOf(stage, /xen-backup-append/).filter(
      ({ stdin }) => stdin.includes('"pause-guest"') && stdin.includes('"create-snapshot"'),
    );
    expect(appended[0]?.endMs).toBeLessThanOrEqual(suspended);
    const within = commandsOf(stage, /xen-backup-append/).filter(
      ({ startMs }) => startMs > suspended && startMs < endOf(stage, resuming),
    );
    expect(within).toEqual([]);
  });

  it('is not for plan and dry run: they let the guest work', async () => {
    const stage = await Stage.open(paused);
    const { guests } = await stage.run('dc2');
    expect(guests).toHaveLength(1);
    const before = commandsOf(stage, suspending).length;
    await stage.plan();
    expect(commandsOf(stage, suspending)).toHaveLength(before);
  });
});

describe('consistency: freeze', () => {
  const kvm = paused
    .replace('configuration:', 'configuration:\n  libvirtUri: qemu:///system')
    .replace('consistency: pause', 'consistency: freeze')
    .replaceAll('    volumeGroups:', '    hypervisor: kvm\n    volumeGroups:')
    .replace('like: dom0a\n', 'like: dom0a\n    hypervisor: kvm\n');
  const withAgent = (state: string): string =>
    kvm.replace('domains:\n  dc2:\n', `domains:\n  dc2:\n    type: kvm\n    agent: ${state}\n`);

  it('freezes the file systems of a guest whose agent answers', async () => {
    const stage = await Stage.open(withFaults(withAgent('present'), slowSecond));
    const report = await stage.run();
    expect(report.exitCode).toBe(0);
    expect(guestOf(report)).toMatchObject({ consistency: 'freeze' });
    expect(guestOf(report).pauseMs).toBeGreaterThan(2_000);
    const [first, second] = counters(stage);
    expect([Number(first) > 0, second]).toEqual([true, first]);
    expect(commandsOf(stage, suspending)).toEqual([]);
    expect(guestOn(stage).frozen).toBe(false);
    expect(await stage.left()).toEqual([]);
  });

  it.each([
    ['no agent is configured', withAgent('absent')],
    ['the agent does not answer', withAgent('silent')],
    ['the hypervisor is Xen', paused.replace('consistency: pause', 'consistency: freeze')],
  ])('pauses where %s, and says which it was', async (_why, text) => {
    const stage = await Stage.open(withFaults(text, slowSecond));
    const report = await stage.run();
    expect(report.exitCode).toBe(0);
    expect(guestOf(report)).toMatchObject({ consistency: 'pause' });
    const [first, second] = counters(stage);
    expect(second).toBe(first);
    expect(await stage.left()).toEqual([]);
  });

  it('fails where freezing fails in the guest, and thaws what may be frozen', async () => {
    const effect = '{ fail: { exitCode: 1, stderr: "error: Unable to freeze filesystems\\n" } }';
    const stage = await Stage.open(
      withFaults(withAgent('present'), `{ step: freeze-domain, when: after, effect: ${effect} }`),
    );
    const report = await stage.run();
    expect(guestOf(report)).toMatchObject({ outcome: 'failed', code: 'guest-hold-failed' });
    expect(guestOn(stage).frozen).toBe(false);
    expect(await stage.left()).toEqual([]);
  });
});

describe('a window that goes wrong', () => {
  const noSpace =
    'fail: { exitCode: 5, stderr: "  Volume group \\"VolGroupXX\\" has insufficient free space (1 extents): 26 required.\\n" }';

  it('removes the first snapshot when there is no room for the second, the guest going on first', async () => {
    const stage = await Stage.open(
      withFaults(paused, `{ step: create-snapshot, occurrence: 2, effect: { ${noSpace} } }`),
    );
    const report = await stage.run();
    expect(report.exitCode).toBe(10);
    expect(guestOf(report)).toMatchObject({ outcome: 'failed', code: 'volume-group-full' });
    expect(endOf(stage, resuming)).toBeLessThan(commandsOf(stage, /^lvremove/)[0]?.startMs ?? 0);
    expect(guestOn(stage).state).toBe('running');
    expect(await stage.left()).toEqual([]);
  });

  it('does not keep the guest waiting for a snapshot when another has failed', async () => {
    const stage = await Stage.open(
      withFaults(paused, slowSecond, `{ step: create-snapshot, effect: { ${noSpace} } }`),
    );
    await stage.run();
    const slow = Math.max(...commandsOf(stage, /^lvcreate/).map(({ endMs = 0 }) => endMs));
    expect(endOf(stage, resuming)).toBeLessThan(slow - 1_000);
    expect(await stage.left()).toEqual([]);
  });

  it.each([
    ['fails', '{ fail: { exitCode: 1, stderr: "error: Failed to suspend domain\\n" } }'],
    ['hangs', '{ hang: killable }'],
  ])('is over when pausing %s', async (_how, effect) => {
    const stage = await Stage.open(
      withFaults(
        paused.replace('pauseLimit: 10s', 'pauseLimit: 1min'),
        `{ step: suspend-domain, effect: ${effect} }`,
      ),
    );
    const report = await stage.run();
    expect(guestOf(report)).toMatchObject({ outcome: 'failed', code: 'guest-hold-failed' });
    expect(commandsOf(stage, /^lvcreate/)).toEqual([]);
    expect(guestOn(stage).state).toBe('running');
    expect(await stage.left()).toEqual([]);
  });

  it('tries to resume again, and fails the guest all the same when that took too many attempts', async () => {
    const effect = '{ fail: { exitCode: 1, stderr: "error: Failed to resume domain\\n" } }';
    const failing = (occurrence: number): string =>
      `{ step: resume-domain, occurrence: ${String(occurrence)}, effect: ${effect} }`;
    const patient = paused.replace('pauseLimit: 10s', 'pauseLimit: 1min');
    const once = await Stage.open(withFaults(patient, failing(1)));
    expect((await once.run()).exitCode).toBe(0);

    const four = await Stage.open(withFaults(patient, ...[1, 2, 3, 4].map(failing)));
    const report = await four.run();
    expect(guestOf(report)).toMatchObject({ outcome: 'failed', code: 'guest-release-failed' });
    expect(guestOn(four).state).toBe('running');
    expect(await four.left()).toEqual([]);
  });

  it('keeps the timer where libvirt has died, and says so; the timer resumes when it is back', async () => {
    const stage = await Stage.open(
      withFaults(paused, '{ step: resume-domain, effect: { stopLibvirt: true } }'),
    );
    const report = await stage.run();
    expect(report.exitCode).toBe(10);
    expect(guestOf(report)).toMatchObject({ code: 'teardown-incomplete' });
    expect(report.residue.join('\n')).toContain('pause of dc2');
    expect(guestOn(stage).state).toBe('paused');
    stage.machine('dom0a').hypervisor.running = true;
    await pass(stage, 70_000);
    expect(guestOn(stage).state).toBe('running');
    expect((await stage.recover()).exitCode).toBe(0);
    expect(await stage.left()).toEqual([]);
  });

  it('fails the guest when the timer went off before all snapshots were there', async () => {
    const slow = '{ step: create-snapshot, occurrence: 2, effect: { delay: 12s } }';
    const stage = await Stage.open(withFaults(paused, slow));
    const report = await stage.run();
    expect(guestOf(report)).toMatchObject({ outcome: 'failed', code: 'guest-hold-broken' });
    expect(guestOf(report).reason).toContain('pauseLimit');
    expect(counters(stage)).toEqual(['none', 'none']);
    expect(await stage.left()).toEqual([]);
  });

  it('does not stop the guest when the timer has gone off before', async () => {
    const late = '{ command: "xen-backup-hold", effect: { delay: 12s } }';
    const stage = await Stage.open(withFaults(paused, late));
    const report = await stage.run();
    expect(guestOf(report)).toMatchObject({ outcome: 'failed', code: 'guest-hold-broken' });
    expect(commandsOf(stage, suspending)).toEqual([]);
    expect(await stage.left()).toEqual([]);
  });

  it('fails the guest when it stops meanwhile', async () => {
    const stage = await Stage.open(
      withFaults(paused, '{ step: create-snapshot, when: after, effect: { stopDomain: dc2 } }'),
    );
    const report = await stage.run();
    expect(guestOf(report)).toMatchObject({ outcome: 'failed', code: 'guest-hold-broken' });
    expect(guestOf(report).reason).toContain('shut off');
    expect(guestOn(stage).state).toBe('shut off');
    expect(await stage.left()).toEqual([]);
  });

  it('fails the guest when somebody lets it go on meanwhile', async () => {
    const stage = await Stage.open(withFaults(paused, slowSecond));
    whenBegun(stage, /^lvcreate/, () => {
      resumeDomain(stage.machine('dom0a'), guestOn(stage));
    });
    const report = await stage.run();
    expect(guestOf(report)).toMatchObject({ outcome: 'failed', code: 'guest-hold-broken' });
    expect(await stage.left()).toEqual([]);
  });

  it('lets the guest go on first when a signal comes', async () => {
    const stage = await Stage.open(
      withFaults(paused, '{ step: create-snapshot, occurrence: 2, effect: { delay: 5s } }'),
    );
    const abort = new AbortController();
    whenBegun(stage, /^lvcreate/, () => {
      abort.abort(new Error('SIGTERM'));
    });
    const report = await stage.run({ signal: abort.signal });
    expect(guestOf(report)).toMatchObject({ outcome: 'failed', code: 'interrupted' });
    const begun = commandsOf(stage, /^lvcreate/)[0]?.startMs ?? 0;
    expect(endOf(stage, resuming) - begun).toBeLessThan(400);
    expect(await stage.left()).toEqual([]);
  });
});

describe('an operator who pauses the guest himself', () => {
  it('before us: it is skipped, and stays paused', async () => {
    const stage = await Stage.open(paused);
    suspendDomain(stage.machine('dom0a'), guestOn(stage));
    expect(guestOf(await stage.run())).toMatchObject({ outcome: 'skipped' });
    await pass(stage, 2 * pauseLimitMs);
    expect(guestOn(stage).state).toBe('paused');
  });

  it('between our question and our pause: nothing is held, and it stays paused', async () => {
    const stage = await Stage.open(
      withFaults(paused, '{ command: "xen-backup-hold", effect: { suspendDomain: dc2 } }'),
    );
    expect(guestOf(await stage.run())).toMatchObject({ code: 'guest-state-changed' });
    await pass(stage, 2 * pauseLimitMs);
    expect(guestOn(stage).state).toBe('paused');
    expect(hostObjects(stage.machine('dom0a')).timers).toEqual([]);
  });

  it('after us: it stays paused, even where our timer could not be removed', async () => {
    const stage = await Stage.open(
      withFaults(
        paused,
        '{ step: disarm-release, effect: { hang: killable } }',
        '{ step: resume-domain, when: after, effect: { suspendDomain: dc2 } }',
      ),
    );
    await stage.run();
    await pass(stage, 2 * pauseLimitMs);
    expect(guestOn(stage).state).toBe('paused');
  });
});

describe.each([
  ['systemd', paused],
  [
    'a process of its own',
    paused.replaceAll('    volumeGroups:', '    init: other\n    volumeGroups:'),
  ],
])('a dead xen-backup, the timer being %s', (_kind, text) => {
  const moments: readonly (readonly [string, string])[] = [
    ['before it pauses', '{ step: suspend-domain, effect: { die: true } }'],
    ['as it has paused', '{ step: suspend-domain, when: after, effect: { die: true } }'],
    ['before the first snapshot', '{ step: create-snapshot, effect: { die: true } }'],
    [
      'after the last snapshot',
      '{ step: create-snapshot, occurrence: 2, when: after, effect: { die: true } }',
    ],
    ['before it resumes', '{ command: "xen-backup-release", effect: { die: true } }'],
  ];

  it.each(moments)(
    '%s: the guest runs again by itself, and recover finds the rest',
    async (_when, fault) => {
      const stage = await Stage.open(withFaults(text, fault));
      await stage.die();
      await pass(stage, pauseLimitMs + 1_000);
      expect(guestOn(stage).state).toBe('running');
      expect(hostObjects(stage.machine('dom0a')).timers).toEqual([]);
      expect(runFiles(stage)).toEqual([]);
      expect((await stage.recover()).exitCode).toBe(0);
      expect(await stage.left()).toEqual([]);
      expect((await stage.run()).exitCode).toBe(0);
    },
  );

  it.each(moments)('%s: the next run lets it go on and replicates it', async (_when, fault) => {
    const stage = await Stage.open(withFaults(text, fault));
    await stage.die();
    const report = await stage.run();
    expect(guestOf(report)).toMatchObject({ outcome: 'done', consistency: 'pause' });
    expect(guestOn(stage).state).toBe('running');
    expect(await stage.left()).toEqual([]);
  });

  it('without its journal: recover lets the guest go on', async () => {
    const stage = await Stage.open(
      withFaults(text, '{ step: create-snapshot, occurrence: 2, effect: { die: true } }'),
    );
    await stage.die();
    const machine = stage.machine('dom0a');
    const journal = stage.journals('dom0a')[0] ?? '';
    expect(readText(machine, journal)).toContain('pause-guest');
    removeFile(machine, journal);
    expect(guestOn(stage).state).toBe('paused');
    expect((await stage.recover()).exitCode).toBe(0);
    expect(guestOn(stage).state).toBe('running');
    expect(await stage.left()).toEqual([]);
  });

  it('lets recover resume before it removes the snapshots', async () => {
    const stage = await Stage.open(
      withFaults(text, '{ command: "xen-backup-release", effect: { die: true } }'),
    );
    await stage.die();
    await stage.recover();
    expect(endOf(stage, resuming)).toBeLessThan(commandsOf(stage, /^lvremove/)[0]?.startMs ?? 0);
  });

  it('on a host that lost power: nothing is resumed that boots later', async () => {
    const stage = await Stage.open(
      withFaults(text, '{ command: "xen-backup-release", effect: { die: true } }'),
    );
    await stage.die();
    const machine = stage.machine('dom0a');
    reboot(machine);
    expect(exists(machine, '/run/xen-backup')).toBe(false);
    await pass(stage, 2 * pauseLimitMs);
    expect((await stage.recover()).exitCode).toBe(0);
    expect(hostObjects(machine).timers).toEqual([]);
    expect(commandsOf(stage, resuming)).toEqual([]);
  });
});

describe('a connection that breaks inside the window', () => {
  it('leaves the guest to its timer; the run fails, and recover finds the rest', async () => {
    const cut = '{ cutNetwork: { peer: outside } }';
    const stage = await Stage.open(
      withFaults(
        paused.replace('every: 20ms', 'every: 5s'),
        `{ step: create-snapshot, when: after, effect: ${cut} }`,
      ),
    );
    const report = await stage.run();
    expect(report.exitCode).toBe(10);
    expect(guestOn(stage).state).toBe('running');
    stage.simulation.healNetwork('dom0a', 'outside');
    await pass(stage, 200_000);
    expect((await stage.recover()).exitCode).toBe(0);
    expect(await stage.left()).toEqual([]);
  });
});

function runFiles(stage: Stage): readonly string[] {
  return hostObjects(stage.machine('dom0a')).runFiles.filter((path) => path.endsWith('.hold'));
}
