import { describe, expect, it } from 'vitest';
import { type Layout, scenarioOf } from '../cli/capture-zoo.js';
import { Stage } from '../flow/stage.js';
import { changeAt } from './scenario-of.js';

/** A file system with a file that the standby has from an earlier day. */
const fs = (type: string, rest = ''): string =>
  `{ fileSystem: ${type}, label: ${type}, files: { /kept: "today" }${rest} }`;

const rootWith = (type: string, fstab: string, rest = ''): string =>
  `{ fileSystem: ${type}, label: root, files: { /etc/fstab: ${JSON.stringify(fstab)}, /kept: "today" }${rest} }`;

interface Cell extends Layout {
  /** Where the guest mounts what, in the order of copying. */
  readonly order: readonly string[];
}

const cells: readonly Cell[] = [
  {
    name: 'msdos, primary partitions: ext2, ext3, ext4; a type that lies',
    disks: {
      xvda: `{ size: 512MiB, content: { table: msdos, partitions: {
        1: { size: 64MiB, type: "0x8e", content: ${fs('ext2')} },
        2: { size: 64MiB, content: ${fs('ext3')} },
        3: { size: 128MiB, type: "0x82", content: ${rootWith('ext4', '/dev/xvda3 / ext4\nLABEL=ext2 /boot ext2\nLABEL=ext3 /home ext3\n')} } } } }`,
    },
    order: ['xvda/3 /', 'xvda/1 /boot', 'xvda/2 /home'],
  },
  {
    name: 'msdos, logical partitions; HVM with hda; a cdrom and a floppy are left out',
    disks: {
      hda: `{ size: 512MiB, content: { table: msdos, partitions: {
        1: { size: 64MiB, content: ${rootWith('ext3', '/dev/sda1 / ext3\n/dev/hda6 /var ext4\n')} },
        2: { size: rest, kind: extended },
        5: { size: 64MiB, content: { swap: true } },
        6: { size: 64MiB, content: ${fs('ext4')} } } } }`,
      hdc: 'cdrom',
      fda: 'floppy',
    },
    order: ['hda/1 /', 'hda/6 /var'],
  },
  {
    name: 'GPT, ESP, XFS, swap on disk one and a whole-disk ext4 on disk two, under KVM',
    disks: {
      vda: `{ size: 1GiB, content: { table: gpt, partitions: {
        1: { size: 64MiB, name: esp, content: ${fs('vfat')} },
        2: { size: 400MiB, name: root, content: ${rootWith('xfs', 'PARTLABEL=root / xfs\nPARTLABEL=esp /boot/efi vfat\n/dev/vdb /srv ext4\n')} },
        3: { size: 64MiB, content: { swap: true } } } } }`,
      vdb: `{ size: 256MiB, content: ${fs('ext4')} }`,
    },
    domain: 'type: kvm',
    order: ['vda/2 /', 'vda/1 /boot/efi', 'vdb /srv'],
  },
  {
    name: 'a file system and swap directly on disks; SCSI names; root not the first',
    disks: {
      sda: `{ size: 256MiB, content: ${fs('ext4')} }`,
      sdb: '{ size: 64MiB, content: { swap: true } }',
      sdc: `{ size: 512MiB, content: ${rootWith('xfs', '/dev/sdc / xfs\n/dev/xvda /srv ext4\n')} }`,
    },
    order: ['sdc /', 'sda /srv'],
  },
  {
    name: 'a physical volume on a partition of type Linux data; striped over two; a group beside it',
    disks: {
      xvda: `{ size: 512MiB, content: { table: msdos, partitions: {
        1: { size: 200MiB, type: "0x83", content: { volumeGroup: one, volumes: {
          root: { size: 100MiB, content: ${rootWith('ext4', '/dev/one/root / ext4\n/dev/mapper/two-a--b /data ext3\n')} },
          wide: { size: 160MiB, stripes: 2, content: ${fs('xfs')} } } } },
        2: { size: 200MiB, content: { volumeGroup: two, volumes: { a-b: { size: 64MiB, content: ${fs('ext3')} } } } } } } }`,
      xvdb: '{ size: 256MiB, content: { physicalVolumeOf: one } }',
    },
    order: ['one/root /', 'two/a-b /data', 'one/wide -'],
  },
  {
    name: 'no fstab at all: everything is copied, in the order of the devices',
    disks: {
      xvda: `{ size: 256MiB, content: ${fs('ext4')} }`,
      xvdb: `{ size: 256MiB, content: ${fs('btrfs')} }`,
    },
    order: ['xvda -', 'xvdb -'],
  },
  {
    name: 'dirty journals: ext3, ext4, XFS, btrfs of a guest that runs',
    disks: {
      xvda: `{ size: 256MiB, content: ${rootWith('ext4', 'LABEL=root / ext4\n', ', journal: dirty')} }`,
      xvdb: `{ size: 256MiB, content: ${fs('ext3', ', journal: dirty')} }`,
      xvdc: `{ size: 512MiB, content: ${fs('xfs', ', journal: dirty')} }`,
      xvdd: `{ size: 256MiB, content: ${fs('btrfs', ', journal: dirty')} }`,
    },
    order: ['xvda /', 'xvdb -', 'xvdc -', 'xvdd -'],
  },
];

/** Removable media have no volume; the standby is of an earlier day. */
function scenarioFor({ disks, order, ...cell }: Cell): string {
  const isDisk = ([, text]: readonly [string, string]): boolean => text.startsWith('{');
  const own = Object.entries(disks).filter(isDisk);
  const targets = own.map(([target]) => target);
  const text = scenarioOf({ ...cell, disks: Object.fromEntries(own) });
  const changes = order.map((line) => changeAt(line.split(' ')[0] ?? '', targets, 'vg/customer-'));
  const media = Object.entries(disks)
    .filter((entry) => !isDisk(entry))
    .map(
      ([target, device]) => `, ${target}: { source: /iso/an.img, kind: file, device: ${device} }`,
    );
  return text
    .replace('like: dom0a', `like: dom0a, changes: ${JSON.stringify(changes)}`)
    .replace(/(?<=\n  customer:\n    \{ disks: \{[^}]*) \}/, `${media.join('')} }`)
    .replaceAll(
      'addresses:',
      cell.domain === 'type: kvm' ? 'hypervisor: kvm, addresses:' : 'addresses:',
    )
    .replace(
      'configuration:\n',
      cell.domain === 'type: kvm'
        ? 'configuration:\n  libvirtUri: qemu:///system\n'
        : 'configuration:\n',
    );
}

describe('a guest with this layout is copied, its standby is the same, nothing is left', () => {
  it.each(cells.map((cell) => [cell.name, cell] as const))('%s', async (_name, cell) => {
    const text = scenarioFor(cell);
    for (const device of Object.values(cell.disks).filter((disk) => !disk.startsWith('{'))) {
      expect(text).toContain(`device: ${device}`);
    }
    const stage = await Stage.open(text);
    const { plans, report: looked } = await stage.look();
    expect(looked.exitCode, JSON.stringify(looked)).toBe(0);
    const order = plans[0]?.mounts.order ?? [];
    expect(order.map(({ position, guestPath = '-' }) => `${position} ${guestPath}`)).toEqual(
      cell.order,
    );
    expect(stage.differences('customer', 'dom0a', 'dom0b')).toHaveLength(cell.order.length);
    const report = await stage.run();
    expect(report.exitCode, JSON.stringify(report)).toBe(0);
    expect(stage.differences('customer', 'dom0a', 'dom0b')).toEqual([]);
    expect(await stage.left()).toEqual([]);
  });
});
