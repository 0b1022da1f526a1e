import { describe, expect, it } from 'vitest';
import { removeFile } from '../../fakes/filesystem/files.js';
import { startDomain } from '../../fakes/domains/operations.js';
import { noteWrite } from '../../fakes/block/writes.js';
import type { GuestReport, RunReport } from '../../src/index.js';
import { scenario, Stage, withFaults } from './stage.js';

const plain = scenario('plain-storage');
const refused = plain.replace(', withoutSnapshot: [xvdb, xvdc]', '');
/** The same guest at rest: nothing needs to be accepted. */
const resting = refused.replace('dom0a: running', 'dom0a: shut off');

const fromHere = { from: 'dom0a', discardStandbyChanges: 'web' } as const;

function only({ guests: [guest] }: RunReport): GuestReport {
  if (guest === undefined) throw new Error('no guest was reported');
  return guest;
}

describe('disks in files and on partitions', () => {
  it('are copied as they are where the operator accepts it, onto their like', async () => {
    const stage = await Stage.open(plain);
    expect(only(await stage.run('web'))).toMatchObject({ outcome: 'done' });
    expect(stage.differences('web', 'dom0a', 'dom0b')).toEqual([]);
    const source = stage.commands('dom0a').join('\n');
    expect(source).toMatch(
      /losetup --find --show --read-only -- \/run\/xen-backup\/\w+\/xen-backup/,
    );
    expect(source.match(/^lvcreate/gm)).toHaveLength(1);
    expect(stage.commands('dom0b').join('\n')).toMatch(
      /losetup --find --show -- \/run\/xen-backup/,
    );
    expect(await stage.left()).toEqual([]);
  });

  it('know a standby that was not touched since', async () => {
    const stage = await Stage.open(plain);
    await stage.run('web');
    expect(only(await stage.run('web'))).toMatchObject({ outcome: 'done' });
  });

  it('are shown in the sectors that their guest has', async () => {
    const large = plain
      .replace('web-data.img:\n        size: 128MiB', '$&\n        sectorSize: 4096')
      .replace('size: rest', 'size: 100MiB')
      .replace('driver: file }', 'driver: file, sectorSize: 4096 }');
    const stage = await Stage.open(large);
    expect(only(await stage.run('web'))).toMatchObject({ outcome: 'done' });
    expect(stage.differences('web', 'dom0a', 'dom0b')).toEqual([]);
    for (const host of ['dom0a', 'dom0b']) {
      expect(stage.commands(host).join('\n')).toMatch(/losetup --find --show --sector-size 4096 /);
    }
    // With a definition that does not say so, its table cannot be read.
    const unsaid = await Stage.open(large.replace(', sectorSize: 4096 }', ' }'));
    const guest = only(await unsaid.run('web'));
    expect(guest).toMatchObject({ outcome: 'failed' });
    expect(guest.remedy).toContain('sectors of another size');
  });

  it('of a guest that runs are refused otherwise, with all that can be done', async () => {
    const stage = await Stage.open(refused);
    const guest = only(await stage.run('web'));
    expect(guest).toMatchObject({ outcome: 'failed', code: 'disk-unsupported' });
    expect(guest.reason).toMatch(/disk xvd[bc] of web on dom0a lies (in a file|on a device)/);
    expect(guest.remedy).toMatch(/--from dom0a.*withoutSnapshot: \[xvd[bc]\]/);
    expect(stage.commands().some((line) => /^(lvcreate|losetup --find)/.test(line))).toBe(false);
  });

  it('of a guest that is shut off are copied whole, with nothing said', async () => {
    const stage = await Stage.open(resting);
    expect(only(await stage.run('web', fromHere))).toMatchObject({ outcome: 'done' });
    expect(stage.differences('web', 'dom0a', 'dom0b')).toEqual([]);
    expect(await stage.left()).toEqual([]);
  });

  it('are not taken for whole when the guest is started meanwhile', async () => {
    const stage = await Stage.open(resting);
    const machine = stage.machine('dom0a');
    strike(stage, () => {
      const domain = machine.domains.get('web');
      if (domain !== undefined) startDomain(machine, domain);
    });
    const guest = only(await stage.run('web', fromHere));
    expect(guest.targets[0]).toMatchObject({ code: 'guest-state-changed', standby: 'torn' });
    // The guest has its image open, and that is all.
    expect(await stage.left()).toEqual(['loops: loop1 of /srv/images/web-data.img']);
  });

  it('are not taken for whole when anybody else writes to them meanwhile', async () => {
    const stage = await Stage.open(resting);
    strike(stage, () => {
      noteWrite(stage.machine('dom0a'), '8:33', { start: 8, sectors: 8 });
    });
    const guest = only(await stage.run('web', fromHere));
    expect(guest.targets[0]).toMatchObject({ code: 'source-changed', standby: 'torn' });
    expect(guest.targets[0]?.reason).toContain('/dev/sdc1');
  });

  it('of a standby that somebody has attached are refused, and he is named', async () => {
    const stage = await Stage.open(plain);
    const { attachLoop } = await import('../../fakes/block/images.js');
    attachLoop(stage.machine('dom0b'), { path: '/srv/images/web-data.img', access: 'read-only' });
    const guest = only(await stage.run('web'));
    expect(guest.targets[0]).toMatchObject({ code: 'standby-in-use' });
    expect(guest.targets[0]?.reason).toContain('loop device loop0 (on /srv/images/web-data.img)');
  });

  it.each(['with', 'without'])('leave no loop device after a kill, %s a journal', async (kind) => {
    for (const moment of ['before', 'after'] as const) {
      const stage = await Stage.open(
        withFaults(plain, `{ command: "losetup --find", when: ${moment}, effect: { die: true } }`),
      );
      await stage.die();
      if (kind === 'without') {
        for (const host of ['dom0a', 'dom0b']) {
          for (const path of stage.journals(host)) removeFile(stage.machine(host), path);
        }
      }
      const { exitCode } = await stage.recover();
      expect(exitCode).toBe(0);
      expect(await stage.left()).toEqual([]);
    }
  });
});

/** Something happens in the middle of the first real pass. */
function strike(stage: Stage, happen: () => void): void {
  stage.simulation.addFault({
    name: 'strike',
    match: { machine: 'dom0a', command: 'xen-backup-send', occurrence: 4 },
    moment: { kind: 'during', share: 0.5 },
    effect: { kind: 'happen', happen },
  });
}
