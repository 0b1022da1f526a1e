import { describe, expect, it } from 'vitest';
import { contentOn } from '../../fakes/block/contents.js';
import { allDevices, keyOf } from '../../fakes/block/devices.js';
import type { Machine } from '../../fakes/world/state.js';
import type { GuestReport } from '../../src/index.js';
import { scenario, Stage } from './stage.js';

const encrypted = scenario('encrypted-guest');

/** A host like those of EL 8. */
function withOldRsync(host: string): string {
  const changed = encrypted.replace(
    `\n  ${host}:\n`,
    `\n  ${host}:\n    tools: { rsync: 3.1.3 }\n`,
  );
  if (changed === encrypted) throw new Error(`no host ${host} in the scenario`);
  return changed;
}

async function replicate(stage: Stage): Promise<GuestReport> {
  const { guests } = await stage.run();
  const [guest] = guests;
  if (guest === undefined) throw new Error('no guest was reported');
  return guest;
}

/** Somebody uses what is encrypted: its bytes change, what it says of itself does not. */
function use(machine: Machine): void {
  for (const [, record] of machine.views.get('live') ?? []) {
    if (record.content.kind === 'other') record.content = { ...record.content, digest: 'used' };
  }
}

function transferLines(stage: Stage): readonly string[] {
  return stage.commands('dom0a').filter((line) => line.includes('xen-backup-send-blocks'));
}

describe('a guest with parts that are no files', () => {
  it('has all of them on its standby, and nothing is left', async () => {
    const stage = await Stage.open(encrypted);
    expect(stage.differences('vault', 'dom0a', 'dom0b')).toEqual(
      expect.arrayContaining(['all blocks', 'its header']),
    );
    expect(await replicate(stage)).toMatchObject({ outcome: 'done' });
    expect(stage.differences('vault', 'dom0a', 'dom0b')).toEqual([]);
    expect(await stage.left()).toEqual([]);
    // BIOS boot, LUKS and NTFS: a dry pass and a real one each.
    expect(transferLines(stage)).toHaveLength(6);
  });

  it('is planned with the way of each part and the reason', async () => {
    const stage = await Stage.open(encrypted);
    const { plans } = await stage.look();
    expect(plans[0]?.targets[0]?.transfers).toMatchObject([
      { by: 'files', position: 'xvda/2' },
      { by: 'blocks', position: 'xvda/1', reason: expect.stringContaining('raw data') },
      { by: 'blocks', position: 'xvda/3', reason: expect.stringContaining('crypto_LUKS') },
      { by: 'blocks', position: 'xvda/4', reason: expect.stringContaining('ntfs') },
      { by: 'header', position: 'xvda/5' },
    ]);
    expect(transferLines(stage)).toEqual([]);
  });

  it('writes no header of swap a second time', async () => {
    const stage = await Stage.open(encrypted);
    await replicate(stage);
    const written = (): number =>
      stage.commands('dom0b').filter((line) => line.includes('xen-backup-write-start')).length;
    expect(written()).toBe(1);
    await replicate(stage);
    expect(written()).toBe(1);
  });

  it('is torn when a transfer fails, and whole after the next run', async () => {
    const stage = await Stage.open(encrypted);
    stage.simulation.addFault({
      name: 'broken',
      match: { machine: 'dom0a', command: 'xen-backup-send-blocks', occurrence: 5 },
      moment: { kind: 'during', share: 0.5 },
      effect: { kind: 'fail', exitCode: 12, stdout: '', stderr: 'rsync error: broken\n' },
    });
    const report = await replicate(stage);
    expect(report).toMatchObject({ outcome: 'failed', targets: [{ standby: 'torn' }] });
    expect(report.reason).toContain('xvda/3 from dom0a to dom0b');
    expect(await replicate(stage)).toMatchObject({ outcome: 'done' });
    expect(stage.differences('vault', 'dom0a', 'dom0b')).toEqual([]);
  });

  it('is refused when the encrypted part of its standby was used', async () => {
    const stage = await Stage.open(encrypted);
    await replicate(stage);
    use(stage.machine('dom0b'));
    const report = await replicate(stage);
    expect(report).toMatchObject({ outcome: 'failed', code: 'standby-used' });
    expect(report.reason).toContain('xvda/3 (crypto_LUKS)');
  });

  it.each(['dom0a', 'dom0b'])(
    'is refused before a byte is written when rsync of %s knows no devices, also by plan',
    async (host) => {
      const stage = await Stage.open(withOldRsync(host));
      const expected = {
        code: 'tool-too-old',
        reason: `rsync 3.1.3 on ${host} cannot copy by blocks, as xvda/1, xvda/3, xvda/4 must be`,
        remedy: expect.stringContaining(`Install rsync 3.2.4 or newer on ${host}, or`),
      };
      const { plans, report } = await stage.look();
      expect(plans[0]?.targets).toMatchObject([{ refusal: expected }]);
      expect(report.exitCode).toBe(4);
      expect((await replicate(stage)).targets).toMatchObject([{ outcome: 'failed', ...expected }]);
      expect(transferLines(stage)).toEqual([]);
      expect(await stage.left()).toEqual([]);
    },
  );

  it('does not need a newer rsync where nothing goes by blocks', async () => {
    const files = { 'xvda/1': 'skip', 'xvda/3': 'skip', 'xvda/4': 'skip' };
    const stage = await Stage.open(
      withOldRsync('dom0b').replace(
        'vault: { hosts',
        `vault: { devices: ${JSON.stringify(files)}, hosts`,
      ),
    );
    expect(await replicate(stage)).toMatchObject({ outcome: 'done' });
  });

  it('leaves out what is to be skipped', async () => {
    const stage = await Stage.open(
      encrypted.replace(
        'vault: { hosts',
        'vault: { devices: { xvda/3: skip, xvda/4: skip }, hosts',
      ),
    );
    expect(await replicate(stage)).toMatchObject({ outcome: 'done' });
    expect(stage.differences('vault', 'dom0a', 'dom0b')).not.toEqual([]);
    expect(transferLines(stage)).toHaveLength(2);
  });

  it('is copied as whole disks with mode: blocks, also onto blank ones, and nothing is mounted', async () => {
    const stage = await Stage.open(
      encrypted.replace('vault: { hosts', 'vault: { mode: blocks, hosts'),
    );
    expect(await replicate(stage)).toMatchObject({ outcome: 'done' });
    expect(stage.differences('vault', 'dom0a', 'dom0b')).toEqual([]);
    expect(stage.commands().filter((line) => /^(mount|kpartx)/.test(line))).toEqual([]);
    expect(await stage.left()).toEqual([]);
    expect(await replicate(stage)).toMatchObject({ outcome: 'done' });
  });

  it('is refused as drift when the table of its standby differs in what parted does not tell', async () => {
    const stage = await Stage.open(encrypted);
    const machine = stage.machine('dom0b');
    for (const device of allDevices(machine)) {
      const found = contentOn(machine, keyOf(device.number));
      if (found?.content.kind !== 'partition-table') continue;
      const [first, ...rest] = found.content.entries;
      if (first === undefined) continue;
      const entries = [{ ...first, type: '21686148-6449-6e6f-744e-656564454649' }, ...rest];
      found.record.content = { ...found.content, entries };
    }
    const report = await replicate(stage);
    expect(report).toMatchObject({ outcome: 'failed', code: 'layout-drift' });
    expect(report.reason).toContain('partition table and boot code');
    expect(report.remedy).toMatch(/dd if=\/dev\/VolGroupXX\/vault bs=512 count=2048/);
  });
});
