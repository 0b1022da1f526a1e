import { describe, expect, it } from 'vitest';
import { provisionThin } from '../../fakes/block/thin-pools.js';
import { removeFile } from '../../fakes/filesystem/files.js';
import type { Machine } from '../../fakes/world/state.js';
import type { GuestReport } from '../../src/index.js';
import { scenario, Stage, withFaults } from './stage.js';

const thin = scenario('thin-pool');
const poolBytes = 512 * 2 ** 20;

/** Provisions blocks of a pool for somebody else, until it is as full as that. */
function fill(machine: Machine, share: number): void {
  const [pool] = machine.thinPools.values();
  const [volume] = pool?.volumes.values() ?? [];
  if (volume === undefined) throw new Error('no thin volume');
  const { space, view } = volume;
  provisionThin(machine, [{ space, view, start: 0, sectors: (poolBytes * share) / 512 }]);
}

async function replicate(stage: Stage): Promise<GuestReport> {
  const { guests } = await stage.run('web');
  const [guest] = guests;
  if (guest === undefined) throw new Error('no guest was reported');
  return guest;
}

describe('a guest on a thin volume', () => {
  it('is copied through a thin snapshot without a size, activated for us alone', async () => {
    const stage = await Stage.open(thin);
    expect(await replicate(stage)).toMatchObject({ outcome: 'done' });
    expect(stage.differences('web', 'dom0a', 'dom0b')).toEqual([]);
    const created = stage.commands('dom0a').filter((line) => line.startsWith('lvcreate'));
    expect(created).toHaveLength(1);
    expect(created[0]).not.toContain('--size');
    expect(stage.commands('dom0a').join('\n')).toMatch(/lvchange .* -ay -K vg\/xen-backup-/);
    expect(await stage.left()).toEqual([]);
  });

  it.each(['dom0a', 'dom0b'])('is left alone while the pool of %s is too full', async (name) => {
    const stage = await Stage.open(thin);
    fill(stage.machine(name), 0.95);
    const guest = await replicate(stage);
    const { code, reason } = name === 'dom0a' ? guest : (guest.targets[0] ?? {});
    expect(code).toBe('thin-pool-full');
    expect(reason).toContain(`thin pool vg/pool on ${name} has 95`);
    expect(guest.targets.every(({ files, deletions }) => files + deletions === 0)).toBe(true);
    const made = stage.commands(name).filter((line) => /^(lvcreate|kpartx)/.test(line));
    expect(made).toEqual([]);
    expect(await stage.left()).toEqual([]);
  });

  it('is copied from such a pool where the operator allows more', async () => {
    const stage = await Stage.open(
      thin.replace('web: { hosts', 'web: { thinPoolLimit: 98%, hosts'),
    );
    fill(stage.machine('dom0a'), 0.95);
    expect(await replicate(stage)).toMatchObject({ outcome: 'done' });
  });

  it('stops before its pool is full, and deletes nothing', async () => {
    const slow = thin
      .replace('web: { hosts', 'web: { bandwidthLimit: 10K, hosts')
      .replace('/srv/only-here: "r', '/srv/files: null, /srv/only-here: "r')
      .replace('bytes: 64KiB', 'bytes: 8MiB');
    const stage = await Stage.open(slow.replace('count: 20, size: 8KiB', 'count: 50, size: 16KiB'));
    fill(stage.machine('dom0a'), 0.6);
    const guest = await replicate(stage);
    expect(guest).toMatchObject({ outcome: 'failed', code: 'snapshot-filling' });
    expect(guest.reason).toMatch(
      /thin pool vg\/pool of the snapshot of web on dom0a is [6-9]\d % full/,
    );
    expect(guest.remedy).toContain('stops every guest');
    expect(guest.targets[0]).toMatchObject({ deletions: 0 });
    expect(await stage.left()).toEqual([]);
  });

  it('is not written on when the pool of its standby fills meanwhile', async () => {
    const slow = thin
      .replace('web: { hosts', 'web: { bandwidthLimit: 10K, hosts')
      .replace('/srv/only-here: "r', '/srv/files: null, /srv/only-here: "r');
    const stage = await Stage.open(slow);
    stage.simulation.addFault({
      name: 'fill',
      match: { machine: 'dom0a', command: 'xen-backup-send', occurrence: 2 },
      moment: { kind: 'during', share: 0.2 },
      effect: {
        kind: 'happen',
        happen: () => {
          fill(stage.machine('dom0b'), 0.95);
        },
      },
    });
    const guest = await replicate(stage);
    expect(guest.targets[0]).toMatchObject({
      outcome: 'failed',
      code: 'thin-pool-full',
      standby: 'torn',
    });
    expect(await stage.left()).toEqual([]);
  });

  it('leaves no thin snapshot after a kill, also without a journal', async () => {
    const stage = await Stage.open(
      withFaults(
        thin,
        '{ host: dom0a, step: create-snapshot, when: after, effect: { die: true } }',
      ),
    );
    await stage.die();
    for (const path of stage.journals('dom0a')) removeFile(stage.machine('dom0a'), path);
    expect(stage.journals('dom0a')).toEqual([]);
    await stage.recover();
    expect(await stage.left()).toEqual([]);
  });
});
