import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hostNames } from './hosts.js';
import { lab } from './lab.js';
import { holdLock } from './lock.js';

/** A judge that never objects proves nothing: each kind of difference is made, and must be seen. */
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

  test.each(changes())('see %s', async ({ script, name, what }) => {
    // Arrange: the standby differs in this one thing.
    const mounted = `mount /dev/VolGroupXX/LogVolDc3 /mnt; cd /mnt/odd; ${script}; cd /; umount /mnt`;
    await lab.host('dom0b').must(['bash', '-e', '-c', mounted]);

    const { differences } = await lab.compareReplica('dc3', { exclude: [] });

    // Folders of changed files have new times; each change is judged by the file itself.
    const found = differences.filter((each) => each.name === JSON.stringify(`/odd/${name}`));
    expect(found.map((each) => each.what).join('; ')).toMatch(what);
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
  });
});

interface Change {
  readonly title: string;
  readonly script: string;
  /** Below /odd, its bytes as latin1. */
  readonly name: string;
  readonly what: RegExp;
  toString: () => string;
}

function changes(): Change[] {
  const change = (title: string, script: string, name: string, what: RegExp): Change => ({
    ...{ title, script, name, what },
    toString: () => title,
  });
  const latin1 = (text: string): string => Buffer.from(text).toString('latin1');
  return [
    change(
      'other content behind an equal size and time',
      'cd sparse; touch -r dense /tmp/t; printf X | dd of=dense bs=1 seek=999 conv=notrunc status=none; touch -r /tmp/t dense; rm /tmp/t',
      'sparse/dense',
      /^sha256/,
    ),
    change('a mode', 'chmod 0644 owners/mode-4755', 'owners/mode-4755', /^mode/),
    change('an owner', 'chown 2 owners/uid-500', 'owners/uid-500', /^uid/),
    change(
      'a time that differs by a nanosecond',
      "touch -d '2009-04-03 12:34:56.123456788' times/nanoseconds",
      'times/nanoseconds',
      /^mtimeNs: \d+789 .* \d+788/,
    ),
    change(
      'the time of a symbolic link',
      'touch -h -d 2010-01-01 times/old-link',
      'times/old-link',
      /^mtimeNs/,
    ),
    change(
      'the target of a symbolic link',
      'touch -hr links/dangling /tmp/t; ln -sfn elsewhere links/dangling; chown -h 1234:4321 links/dangling; touch -hr /tmp/t links/dangling; rm /tmp/t',
      'links/dangling',
      /^target/,
    ),
    change(
      'a hard link that became a copy',
      'cp -a links/second links/new; mv links/new links/second',
      'links/second',
      /^linkedTo/,
    ),
    change(
      'a user attribute',
      'setfattr -n user.comment -v other xattrs/plain',
      'xattrs/plain',
      /xattrs/,
    ),
    change(
      'a trusted attribute',
      'setfattr -x trusted.secret xattrs/trusted',
      'xattrs/trusted',
      /xattrs/,
    ),
    change('an ACL', 'setfacl -x u:1000 xattrs/acl', 'xattrs/acl', /xattrs/),
    change('a default ACL', 'setfacl -k xattrs/default-acl', 'xattrs/default-acl', /xattrs/),
    change('a capability', 'setcap -r xattrs/capable', 'xattrs/capable', /xattrs/),
    change(
      'a hole that was filled',
      'touch -r sparse/all-hole /tmp/t; dd if=/dev/zero of=sparse/all-hole bs=1M count=32 conv=notrunc status=none; touch -r /tmp/t sparse/all-hole; rm /tmp/t',
      'sparse/all-hole',
      /^takes \d+ bytes/,
    ),
    change(
      'a device number',
      'rm devices/block; mknod devices/block b 7 201',
      'devices/block',
      /device/,
    ),
    change(
      'a fifo that became a file',
      'rm devices/pipe; touch devices/pipe',
      'devices/pipe',
      /^type/,
    ),
    change('a file that is missing', "rm $'names/new\\nline'", 'names/new\nline', /is missing/),
    change('a file too many', "touch 'names/日本'", latin1('names/日本'), /standby only/),
  ];
}

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
