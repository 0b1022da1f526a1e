import { beforeAll, describe, expect, test } from 'vitest';
import { compareFileSystem } from '../compare.js';
import { lab } from '../lab.js';
import { askLayout, layoutGuests, prepareLayoutGuests } from './layout-guests.js';
import { pairConfiguration, runTimeoutMs, useLab, xenBackup } from './use-lab.js';

const names = layoutGuests.map(({ name }) => name);

/**
 * GPT with ESP, XFS and swap; a whole disk; a volume group over two disks, one of them without a
 * table; logical partitions; btrfs on two disks with subvolumes; all but btrfs twice at once, because
 * the second guest is a clone of the first.
 */
describe('every layout of a guest, on real hosts', () => {
  useLab('layouts.test.ts', pairConfiguration({ guests: names }));
  beforeAll(async () => {
    await prepareLayoutGuests();
  }, 3_600_000);

  test(
    'two clones of one template are replicated in one run with --jobs 2, and leave nothing',
    async () => {
      const before = await lab.residue();
      const run = await xenBackup('dom0a', 'run', ...names, '--from', 'dom0a', '--jobs', '2');
      expect(run).toMatchObject({ exitCode: 0 });
      expect(await lab.residue()).toEqual(before);
    },
    runTimeoutMs,
  );

  test.each(layoutGuests)(
    'each file system of $name is identical on the standby',
    async (guest) => {
      // At rest, if it is not already.
      await lab.host('dom0a').exec(['virsh', 'destroy', guest.name]);
      const [source, standby] = await Promise.all([
        askLayout('dom0a', guest, 'walk'),
        askLayout('dom0b', guest, 'walk'),
      ]);
      expect(Object.keys(source)).toHaveLength(guest.disks['e'] === undefined ? 7 : 10);
      for (const [name, tree] of Object.entries(source)) {
        const here = { mountPoint: name, needsRecovery: false, tree };
        const there = { ...here, tree: standby[name] ?? {} };
        expect(compareFileSystem(here, there), name).toEqual([]);
        expect(Object.keys(tree), name).toContain('/today');
      }
    },
    runTimeoutMs,
  );
});
