import { describe, expect, it } from 'vitest';
import { exists, readText, removeFile } from '../../fakes/filesystem/files.js';
import { hostObjects } from '../../fakes/judge/objects.js';
import { reboot } from '../../fakes/world/power.js';
import {
  commandsOf,
  endOf,
  guestOf,
  guestOn,
  pass,
  paused,
  pauseLimitMs,
  resuming,
  runFiles,
} from './paused-stage.js';
import { Stage, withFaults } from './stage.js';

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
