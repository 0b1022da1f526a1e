import { describe, expect, it } from 'vitest';
import { resumeDomain } from '../../fakes/domains/operations.js';
import {
  commandsOf,
  counters,
  endOf,
  guestOf,
  guestOn,
  pass,
  paused,
  resuming,
  slowSecond,
  suspending,
  whenBegun,
} from './paused-stage.js';
import { Stage, withFaults } from './stage.js';

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
