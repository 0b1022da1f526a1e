import { describe, expect, it } from 'vitest';
import { suspendDomain } from '../../fakes/domains/operations.js';
import { hostObjects } from '../../fakes/judge/objects.js';
import {
  commandsOf,
  counters,
  endOf,
  guestOf,
  guestOn,
  pass,
  paused,
  pauseLimitMs,
  resuming,
  slowSecond,
  suspending,
} from './paused-stage.js';
import { Stage, withFaults } from './stage.js';

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
