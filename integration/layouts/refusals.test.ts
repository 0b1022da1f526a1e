import { describe, expect, it } from 'vitest';
import { scenarioOf } from '../cli/capture-zoo.js';
import { Stage } from '../flow/stage.js';

const fileSystem = (type: string, rest = ''): string =>
  `{ size: 256MiB, content: { fileSystem: ${type}, uuid: 0f3c1a52-7a5e-4b7a-9f59-1d0d7c8d0001${rest} } }`;

const newer = ', unknownFeatures: incompatible';
const newerToWrite = ', unknownFeatures: read-only-compatible';

describe('a file system with features newer than the kernel of a host', () => {
  it.each(['ext4', 'xfs', 'btrfs'])(
    'is refused on the source, with what to do, before anything of the standby is written: %s',
    async (type) => {
      const stage = await Stage.open(
        scenarioOf({ name: '', disks: { xvda: fileSystem(type, newer) } }),
      );
      const { exitCode, guests } = await stage.run();
      expect(exitCode).toBe(10);
      expect(guests[0]?.reason).toMatch(/wrong fs type, bad option, bad superblock/);
      expect(guests[0]?.remedy).toMatch(
        new RegExp(`kernel of dom0a does not open this ${type}.*too old.*newer kernel`),
      );
      expect(stage.commands('dom0b').filter((line) => line.startsWith('mount '))).toEqual([]);
      expect(await stage.left()).toEqual([]);
    },
  );

  it('is refused on a target that cannot write it, before the first byte, and the record stays', async () => {
    const stage = await Stage.open(
      scenarioOf({
        name: '',
        disks: { xvda: fileSystem('xfs') },
        standby: { xvda: fileSystem('xfs', newerToWrite) },
      }),
    );
    const before = stage.trees('dom0b', 'customer');
    const { exitCode, guests } = await stage.run();
    expect(exitCode).toBe(10);
    expect(guests[0]?.targets[0]?.remedy).toMatch(/kernel of dom0b does not open this xfs/);
    expect(stage.trees('dom0b', 'customer')).toEqual(before);
    expect(stage.commands('dom0a').filter((line) => line.includes('rsync'))).toEqual([]);
    expect(await stage.left()).toEqual([]);
  });
});

describe('two guests cloned from one btrfs template', () => {
  const guests = (): string => {
    const text = scenarioOf({ name: '', disks: { xvda: fileSystem('btrfs') } });
    return text
      .replace('"vg/customer-xvda"', `"vg/other-xvda": ${fileSystem('btrfs')}, "vg/customer-xvda"`)
      .replace(
        'customer: { hosts: [dom0a, dom0b] }',
        'customer: { hosts: [dom0a, dom0b] }, other: { hosts: [dom0a, dom0b] }',
      )
      .replace(
        'domains:',
        'domains:\n  other: { disks: { xvda: /dev/vg/other-xvda }, hosts: { dom0a: running, dom0b: shut off } }',
      );
  };

  it('are copied one behind the other', async () => {
    const stage = await Stage.open(guests());
    expect((await stage.run()).exitCode).toBe(0);
    expect(await stage.left()).toEqual([]);
  });

  it('are refused at once with --jobs 2, by the second’s own failure and what to do', async () => {
    const stage = await Stage.open(guests());
    const { exitCode, guests: reports } = await stage.run({ jobs: 2 });
    expect(exitCode).toBe(10);
    expect(reports.map(({ outcome }) => outcome).toSorted()).toEqual(['done', 'failed']);
    expect(reports.find(({ outcome }) => outcome === 'failed')?.remedy).toMatch(
      /one after another \(--jobs 1\)/,
    );
    expect(await stage.left()).toEqual([]);
  });
});
