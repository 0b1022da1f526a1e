import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hostNames } from '../hosts.js';
import { lab } from '../lab.js';
import { holdLock } from '../lock.js';

/** A judge that never objects proves nothing. How trees differ is proven in tree-judge.test.ts. */
describe('the judges of the lab', () => {
  let release: () => void;

  beforeAll(async () => {
    release = await holdLock('judge.test.ts');
    await lab.reset();
  });

  afterAll(async () => {
    await lab.down();
    release();
  });

  test('find nothing on the prepared hosts', async () => {
    expect(await lab.residue()).toEqual([]);
    for (const [guest, atLeast] of [
      ['dc1', 5000],
      ['dc2', 250],
      ['dc3', 150],
    ] as const) {
      const { differences, files } = await lab.compareReplica(guest);
      expect(differences).toEqual([]);
      expect(files).toBeGreaterThan(atLeast);
    }
    expect(await lab.residue()).toEqual([]);
  });

  test('see that the guest writes', async () => {
    const before = Number(await lab.inGuest('dc1', 'cat /var/lib/lab/counter'));
    const after = Number(await lab.inGuest('dc1', 'sleep 6; cat /var/lib/lab/counter'));
    expect(after).toBeGreaterThan(before);
  });

  test('see a standby that differs', async () => {
    const change =
      "mount /dev/VolGroupXX/LogVolDc3 /mnt; chmod 700 '/mnt/odd/names/with space'; umount /mnt";
    await lab.host('dom0b').must(['sh', '-e', '-c', change]);
    const { differences } = await lab.compareReplica('dc3', { exclude: [] });
    expect(differences).toEqual([
      { mountPoint: '/', name: '"/odd/names/with space"', what: expect.stringMatching(/^mode/) },
    ]);
  });

  test('refuse a standby that is still mounted', async () => {
    const standby = lab.host('dom0b');
    await standby.must(['mount', '/dev/VolGroupXX/LogVolDc3', '/mnt']);
    // The kernel lets nobody map a mounted volume.
    const comparing = lab.compareReplica('dc3');
    await expect(comparing).rejects.toThrow('Device or resource busy');
    await standby.must(['umount', '/mnt']);
  });

  test('see everything that a run could leave behind', async () => {
    for (const name of hostNames) {
      await lab.host(name).must(['bash', '-e', '-c', litter]);
    }
    const residue = await lab.residue();
    for (const host of hostNames) {
      const kinds = residue.filter((each) => each.host === host && each.change === 'extra');
      expect(new Set(kinds.map((each) => each.kind))).toEqual(
        new Set([
          ...['volumes', 'deviceMapper', 'tables', 'loops', 'mounts', 'udevRules', 'processes'],
          'runFiles',
        ]),
      );
    }
  });

  test('see nothing any more after a reset', async () => {
    await lab.reset();
    expect(await lab.residue()).toEqual([]);
    expect((await lab.compareReplica('dc3', { exclude: [] })).differences).toEqual([]);
  });
});

const litter = `
lvcreate --yes --addtag xen-backup --name litter --size 8M VolGroupXX
dmsetup create xen-backup-litter --table '0 2048 linear /dev/VolGroupXX/litter 0'
mkdir -p /run/xen-backup/litter /run/udev/rules.d
mount -t tmpfs litter /run/xen-backup/litter
truncate -s 1M /root/litter.img; losetup -f /root/litter.img
echo '# litter' > /run/udev/rules.d/56-litter.rules
setsid sleep 1000 < /dev/null > /dev/null 2>&1 &
touch /run/lock/litter
`;
