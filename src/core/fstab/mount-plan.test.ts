import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allFileSystems } from '../model/index.js';
import { GuestMachine } from '../testing/guest-machine.contract.js';
import {
  anyLayout,
  articleLayout,
  fileSystem,
  type Layout,
  partitioned,
  swap,
} from '../testing/layout.contract.js';
import { comparePaths, type MountPlan, plainPath, planMounts } from './mount-plan.js';

/** A disk with seven file systems and swap: xvda1 to xvda7 have the UUIDs u1 to u7. */
const layout: Layout = {
  disks: new Map([
    [
      'xvda',
      partitioned('gpt', [
        ...[1, 2, 3, 4, 5, 6, 7].map((number) =>
          fileSystem(number === 7 ? 'btrfs' : 'ext4', `u${String(number)}`),
        ),
        swap('swap'),
      ]),
    ],
  ]),
  groups: [],
};
const tree = new GuestMachine(layout).tree();

const plan = (fstab?: string): MountPlan => planMounts(tree, fstab);
const order = (fstab: string): string[] =>
  plan(fstab).order.map(({ position, guestPath }) => `${position} ${guestPath ?? '-'}`);
const reasons = (fstab: string): string[] =>
  plan(fstab).leftOut.map(({ line, reason }) => `${String(line)} ${reason}`);

describe('the order of mounts', () => {
  it('puts parents before children, whatever the order of the lines', () => {
    const fstab = 'UUID=u3 /var/log ext4\nUUID=u2 /var ext4\nUUID=u1 / ext4\nUUID=u4 /home ext4\n';
    expect(order(fstab).slice(0, 4)).toEqual([
      'xvda/1 /',
      'xvda/4 /home',
      'xvda/2 /var',
      'xvda/3 /var/log',
    ]);
  });

  it('compares components: /var-x does not come between /var and /var/log', () => {
    const fstab =
      'UUID=u1 /var ext4\nUUID=u2 /var-x ext4\nUUID=u3 /var/log ext4\nUUID=u4 /var/log-old ext4';
    expect(order(fstab).slice(0, 4)).toEqual([
      'xvda/1 /var',
      'xvda/3 /var/log',
      'xvda/4 /var/log-old',
      'xvda/2 /var-x',
    ]);
  });

  it('ends with the file systems that the guest does not mount, in the order of its devices', () => {
    expect(order('UUID=u5 / ext4')).toEqual([
      'xvda/5 /',
      ...['xvda/1 -', 'xvda/2 -', 'xvda/3 -', 'xvda/4 -', 'xvda/6 -', 'xvda/7 -'],
    ]);
  });

  it('mounts a file system once that has several places, and keeps them all', () => {
    const fstab =
      'UUID=u7 /srv btrfs subvol=srv\nUUID=u7 / btrfs subvol=@\nUUID=u7 /home btrfs subvol=@home\n';
    expect(plan(fstab).order[0]).toEqual({
      position: 'xvda/7',
      guestPath: '/',
      otherGuestPaths: ['/home', '/srv'],
      subvolumes: [
        { path: '/@', guestPath: '/' },
        { path: '/@home', guestPath: '/home' },
        { path: '/srv', guestPath: '/srv' },
      ],
    });
  });

  it.each([
    ['subvol=/a/b,compress=zstd', '/a/b'],
    ['subvol=@,subvol=@late', '/@late'],
    ['defaults', undefined],
    ['subvol=/', undefined],
    ['subvolid=257', undefined],
    ['subvol=../../etc', undefined],
  ])('takes a subvolume by its path: %s', (options, path) => {
    const [mount] = plan(`UUID=u7 / btrfs ${options}`).order;
    expect(mount?.subvolumes?.[0]?.path).toBe(path);
  });

  const components = ['var', 'var-x', 'log', 'a', 'b c', '.hidden', 'ä'];
  const path = fc
    .array(fc.constantFrom(...components), { maxLength: 4 })
    .map((parts) => `/${parts.join('/')}`);
  const isAbove = (parent: string, child: string): boolean =>
    parent !== child && (parent === '/' || child.startsWith(`${parent}/`));

  it('holds on random trees: parents first, every file system exactly once', () => {
    fc.assert(
      fc.property(anyLayout, fc.array(path), (random, paths) => {
        const guest = new GuestMachine(random).tree();
        const all = allFileSystems(guest);
        const lines = paths.map((place, index) => {
          const uuid = all[index % Math.max(1, all.length)]?.content.uuid ?? 'none';
          return `UUID=${uuid} ${place.replaceAll(' ', '\\040')} auto defaults 0 0`;
        });
        const { order: mounts, leftOut } = planMounts(guest, lines.join('\n'));
        expect(mounts.map(({ position }) => position).sort()).toEqual(
          all.map(({ position }) => position).sort(),
        );
        const places = mounts.flatMap(({ guestPath }) =>
          guestPath === undefined ? [] : [guestPath],
        );
        places.forEach((place, index) => {
          expect(places.slice(0, index).some((earlier) => isAbove(place, earlier))).toBe(false);
        });
        // A line is a place or has a reason; nothing vanishes.
        const kept = mounts.flatMap(({ guestPath, otherGuestPaths }) =>
          guestPath === undefined ? [] : [guestPath, ...otherGuestPaths],
        );
        expect(kept.length + leftOut.length).toBe(lines.length);
      }),
    );
  });

  it('is a total order of paths', () => {
    fc.assert(
      fc.property(path, path, path, (one, two, three) => {
        expect(Math.sign(comparePaths(one, two))).toBe(-Math.sign(comparePaths(two, one)) + 0);
        expect(comparePaths(one, two) === 0).toBe(one === two);
        if (comparePaths(one, two) < 0 && comparePaths(two, three) < 0) {
          expect(comparePaths(one, three)).toBeLessThan(0);
        }
        if (isAbove(one, two)) expect(comparePaths(one, two)).toBeLessThan(0);
      }),
    );
  });
});

describe('failure case 14: lines of fstab that are left out, each with its reason', () => {
  it.each([
    ['swap by type', 'UUID=swap none swap sw', 'swap'],
    ['swap by mount point', '/dev/xvda8 swap auto', 'swap'],
    ['noauto', 'UUID=u1 /mnt ext4 noauto', 'not-mounted-at-boot'],
    ['nfs', 'nas:/export /mnt nfs ro', 'network'],
    ['cifs', '//nas/share /mnt cifs guest', 'network'],
    ['a network device of any type', '/dev/nbd0 /mnt ext4 _netdev', 'network'],
    ['bind', '/srv/www /var/www none bind', 'bind'],
    ['rbind of a device of the guest', '/dev/xvda1 /mnt ext4 rbind', 'bind'],
    ['tmpfs', 'tmpfs /tmp tmpfs size=1G', 'pseudo'],
    ['proc', 'proc /proc proc', 'pseudo'],
    ['a cdrom', '/dev/sr0 /media/cdrom iso9660 ro', 'pseudo'],
    ['a device of another guest', 'UUID=elsewhere /data ext4', 'device-not-in-guest'],
    ['a disk that is not replicated', '/dev/xvdz1 /data ext4', 'device-not-in-guest'],
    ['a device without a file system', '/dev/xvda8 /data ext4', 'not-a-file-system'],
    ['a line with one field', 'garbage', 'malformed'],
  ])('%s', (_, line, reason) => {
    expect(reasons(line)).toEqual([`1 ${reason}`]);
  });

  it('nofail and x-systemd options change nothing: the guest mounts it when it can', () => {
    expect(reasons('UUID=u1 /data ext4 nofail,x-systemd.automount 0 2')).toEqual([]);
  });

  it('a second line for the same mount point, be it spelt in another way', () => {
    const fstab = 'UUID=u1 / ext4\nUUID=u2 / ext4\nUUID=u3 /a//b/ ext4\nUUID=u4 /a/./b ext4\n';
    expect(reasons(fstab)).toEqual(['2 mount-point-taken', '4 mount-point-taken']);
    expect(order(fstab)[0]).toBe('xvda/1 /');
  });

  it('a noauto line does not take the mount point from the line that counts', () => {
    expect(order('UUID=u1 /mnt ext4 noauto\nUUID=u2 /mnt ext4')[0]).toBe('xvda/2 /mnt');
  });

  it('a file system that is left out is copied all the same', () => {
    expect(order('UUID=u1 /mnt ext4 noauto')).toContain('xvda/1 -');
  });

  it('\\040 in a mount point is a blank', () => {
    expect(order('UUID=u1 /my\\040files ext4')[0]).toBe('xvda/1 /my files');
  });

  it('comments, Windows line ends and blank lines leave nothing behind', () => {
    expect(plan('# /dev/xvda1 / ext4\r\n\r\nUUID=u1 / ext4 defaults 0 1\r\n')).toMatchObject({
      leftOut: [],
      order: [{ position: 'xvda/1', guestPath: '/' }, ...Array.from({ length: 6 }, () => ({}))],
    });
  });

  it('a missing file leaves every file system in the order of its devices', () => {
    expect(plan(undefined).order.map(({ position }) => position)).toEqual(
      [1, 2, 3, 4, 5, 6, 7].map((number) => `xvda/${String(number)}`),
    );
    expect(plan(undefined).leftOut).toEqual([]);
  });

  it('reasons come in the order of the lines, malformed ones among them', () => {
    expect(reasons('tmpfs /tmp tmpfs\nbad\nnas:/x /x nfs\n')).toEqual([
      '1 pseudo',
      '2 malformed',
      '3 network',
    ]);
  });
});

describe('failure case 20: hostile mount points', () => {
  it.each([
    ['..', '/../etc'],
    ['.. in the middle', '/home/../../etc'],
    ['a relative path', 'etc'],
    ['nothing', 'none'],
    ['a line feed', '/mnt\\012/etc'],
    ['an escape', '/mnt/\\033[31m'],
    ['a null byte', '/mnt/\\000'],
    ['a delete', '/mnt/\\177'],
  ])('%s is left out', (_, mountPoint) => {
    expect(reasons(`UUID=u1 ${mountPoint} ext4`)).toEqual(['1 path-not-plain']);
  });

  it('what is taken for plain is absolute and has no component that moves', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webPath()), (text) => {
        const plain = plainPath(text);
        if (plain === undefined) return;
        expect(plain).toMatch(/^\//);
        expect(
          plain
            .slice(1)
            .split('/')
            .some((part) => part === '..' || part === '.'),
        ).toBe(false);
        expect(plainPath(plain)).toBe(plain);
      }),
    );
  });
});

describe("the article's guest", () => {
  it('has its root before its /boot', () => {
    const fstab = [
      '/dev/VolGroup00/LogVol00 /      ext3   defaults 1 1',
      'LABEL=/boot              /boot  ext3   defaults 1 2',
      'tmpfs                    /dev/shm tmpfs defaults 0 0',
      'devpts                   /dev/pts devpts gid=5,mode=620 0 0',
      'sysfs                    /sys   sysfs  defaults 0 0',
      'proc                     /proc  proc   defaults 0 0',
      '/dev/VolGroup00/LogVol01 swap   swap   defaults 0 0',
    ].join('\n');
    const guest = new GuestMachine(articleLayout()).tree();
    expect(planMounts(guest, fstab)).toEqual({
      order: [
        { position: 'VolGroup00/LogVol00', guestPath: '/', otherGuestPaths: [] },
        { position: 'xvda/1', guestPath: '/boot', otherGuestPaths: [] },
      ],
      notMounted: [],
      leftOut: [
        { line: 3, device: 'tmpfs', mountPoint: '/dev/shm', reason: 'pseudo' },
        { line: 4, device: 'devpts', mountPoint: '/dev/pts', reason: 'pseudo' },
        { line: 5, device: 'sysfs', mountPoint: '/sys', reason: 'pseudo' },
        { line: 6, device: 'proc', mountPoint: '/proc', reason: 'pseudo' },
        { line: 7, device: '/dev/VolGroup00/LogVol01', mountPoint: 'swap', reason: 'swap' },
      ],
    });
  });
});
