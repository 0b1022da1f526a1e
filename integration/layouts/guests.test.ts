import { describe, expect, it } from 'vitest';
import { scenario, Stage } from '../flow/stage.js';
import { scenarioOf } from '../cli/capture-zoo.js';

const root = (fstab: string): string =>
  `{ fileSystem: ext4, label: root, files: { /etc/fstab: ${JSON.stringify(fstab)}, /kept: "today" } }`;

const times = (stage: Stage, pattern: RegExp) =>
  stage.simulation.world.trace.filter(
    ({ machine, argv }) => machine === 'dom0a' && pattern.test(argv.join(' ')),
  );

describe('two guests cloned from one template', () => {
  it('are open at the same time in one run with --jobs 2, each with its own disks', async () => {
    const stage = await Stage.open(scenario('cloned-guests'));
    const { exitCode } = await stage.run({ jobs: 2 });
    expect(exitCode).toBe(0);
    for (const guest of ['web1', 'web2']) {
      expect(stage.differences(guest, 'dom0a', 'dom0b')).toEqual([]);
    }
    const mounts = times(stage, /^mount -t ext3 /).map(({ startMs }) => startMs);
    const [unmounted = 0] = times(stage, /^umount .*\/\d+$/).map(({ startMs }) => startMs);
    expect(mounts).toHaveLength(2);
    expect(Math.max(...mounts)).toBeLessThan(unmounted);
    expect(times(stage, /^vgchange/)).toEqual([]);
    expect(await stage.left()).toEqual([]);
  });
});

describe('sectors of 4096 bytes', () => {
  const gpt = (sectorSize: string): string =>
    `{ size: 256MiB, content: { table: gpt, ${sectorSize} partitions: {
      1: { size: 32MiB, content: { fileSystem: vfat } },
      2: { size: 100MiB, content: ${root('/dev/xvda2 / ext4 defaults 0 1\n')} } } } }`;
  const guest = (sectorSize = ''): string =>
    scenarioOf({ name: '', disks: { xvda: gpt(sectorSize) } });
  const on4096 = (text: string): string =>
    text.replaceAll('vg: { size: 10GiB }', 'vg: { size: 10GiB, sectorSize: 4096 }');

  it('are copied where host and guest agree on them', async () => {
    const stage = await Stage.open(on4096(guest()));
    const { plans, report } = await stage.look();
    expect(report.exitCode).toBe(0);
    expect(plans[0]?.tree.disks[0]?.table).toMatchObject({
      logicalSectorSizeBytes: 4096,
      partitions: [
        { number: 1, startBytes: 2 ** 20, sizeBytes: 32 * 2 ** 20 },
        { number: 2, startBytes: 33 * 2 ** 20, sizeBytes: 100 * 2 ** 20 },
      ],
    });
    expect(await stage.left()).toEqual([]);
  });

  it('are told as the reason where the guest sees others than the host', async () => {
    const stage = await Stage.open(guest('sectorSize: 4096,'));
    const { exitCode, guests } = await stage.run();
    expect(exitCode).toBe(10);
    expect(guests[0]?.reason).toMatch(/xvda bears PMBR partition table/);
    expect(guests[0]?.remedy).toMatch(/sectors of another size than the host/);
    expect(await stage.left()).toEqual([]);
  });
});

describe('a standby that fell behind in its layout', () => {
  const disk = (size: string): string =>
    `{ size: 1GiB, content: { table: msdos, uuid: 4f6d5349, partitions: {
      1: { size: ${size}, content: { fileSystem: ext4, uuid: 0f3c1a52-7a5e-4b7a-9f59-1d0d7c8d0001 } } } } }`;

  it('is told what grew, from what to what, and what to do', async () => {
    const stage = await Stage.open(
      scenarioOf({
        name: '',
        disks: { xvda: disk('500MiB') },
        standby: { xvda: disk('400MiB') },
      }),
    );
    const { exitCode, guests } = await stage.run();
    expect(exitCode).toBe(10);
    expect(guests[0]?.targets[0]).toMatchObject({
      code: 'layout-drift',
      reason: 'dom0b: partition 1 of xvda grew from 400 MiB to 500 MiB on the source',
    });
    expect(guests[0]?.targets[0]?.remedy).toMatch(/grow what grew.*seed it again/);
    expect(await stage.left()).toEqual([]);
  });
});
