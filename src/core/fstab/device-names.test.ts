import { describe, expect, it } from 'vitest';
import type { DeviceTree } from '../model/index.js';
import { GuestMachine } from '../testing/guest-machine.contract.js';
import {
  fileSystem,
  type Layout,
  type LayoutDevice,
  partitioned,
  physicalVolume,
  swap,
} from '../testing/layout.contract.js';
import { deviceResolver } from './device-names.js';

const uuid = '6F1E7B2C-0A4D-4C55-9B7E-1D2A3B4C5D6E';

/** A guest with everything fstab(5) can name, on a disk called as the test wants. */
function guest(target = 'xvda'): Layout {
  const disk = partitioned('gpt', [
    fileSystem('ext3', uuid.toLowerCase(), '/boot'),
    fileSystem('vfat', 'ABCD-1234', 'my label/ä'),
    swap('5555-swap'),
    physicalVolume(),
  ]);
  const volumes = [
    { name: 'root-disk.1', device: fileSystem('ext4', 'root-uuid', 'root') },
    { name: 'home', device: fileSystem('xfs', 'home-uuid') },
  ];
  return {
    disks: new Map([[target, disk]]),
    groups: [{ name: 'vg-00', uuid: 'AbC-123', volumes }],
  };
}

function treeOf(layout: Layout): DeviceTree {
  return new GuestMachine(layout, {
    probe: (position, probe) =>
      /^(xvd|sd|hd|vd)a\/2$/.test(position)
        ? { ...probe, partitionUuid: 'AAAABBBB-02', partitionLabel: 'EFI System' }
        : probe,
  }).tree();
}

const find = (name: string, layout = guest()): string | undefined =>
  deviceResolver(treeOf(layout))(name)?.position;

describe('failure case 14: every way of fstab to name a device', () => {
  it.each([
    ['UUID', `UUID=${uuid.toLowerCase()}`, 'xvda/1'],
    ['UUID in upper case', `UUID=${uuid}`, 'xvda/1'],
    ['UUID in double quotes', `UUID="${uuid}"`, 'xvda/1'],
    ['UUID in single quotes', `UUID='${uuid}'`, 'xvda/1'],
    ['UUID of vfat', 'UUID=ABCD-1234', 'xvda/2'],
    ['LABEL', 'LABEL=/boot', 'xvda/1'],
    ['LABEL in quotes, with a blank', 'LABEL="my label/ä"', 'xvda/2'],
    ['PARTUUID', 'PARTUUID=aaaabbbb-02', 'xvda/2'],
    ['PARTUUID in upper case', 'PARTUUID=AAAABBBB-02', 'xvda/2'],
    ['PARTLABEL', 'PARTLABEL="EFI System"', 'xvda/2'],
    ['by-uuid', `/dev/disk/by-uuid/${uuid.toLowerCase()}`, 'xvda/1'],
    ['by-uuid of vfat', '/dev/disk/by-uuid/ABCD-1234', 'xvda/2'],
    ['by-label with escapes', '/dev/disk/by-label/my\\x20label\\x2fä', 'xvda/2'],
    ['by-label with escaped UTF-8', '/dev/disk/by-label/my\\x20label\\x2f\\xc3\\xa4', 'xvda/2'],
    ['by-partuuid', '/dev/disk/by-partuuid/aaaabbbb-02', 'xvda/2'],
    ['by-partlabel', '/dev/disk/by-partlabel/EFI\\x20System', 'xvda/2'],
    ['by-id dm-name', '/dev/disk/by-id/dm-name-vg--00-home', 'vg-00/home'],
    ['/dev/mapper with doubled hyphens', '/dev/mapper/vg--00-root--disk.1', 'vg-00/root-disk.1'],
    ['/dev/mapper without them, which is another volume', '/dev/mapper/vg-00-home', undefined],
    ['/dev/VG/LV', '/dev/vg-00/home', 'vg-00/home'],
    ['the disk name of the definition', '/dev/xvda1', 'xvda/1'],
    ['sda for xvda', '/dev/sda1', 'xvda/1'],
    ['hda for xvda', '/dev/hda2', 'xvda/2'],
    ['vda for xvda', '/dev/vda1', 'xvda/1'],
    ['another letter', '/dev/xvdb1', undefined],
    ['a partition that is not there', '/dev/xvda9', undefined],
    ['swap by UUID', 'UUID=5555-swap', 'xvda/3'],
    ['nothing of the guest', 'nas:/export', undefined],
    ['no device', 'tmpfs', undefined],
    ['nothing at all', '', undefined],
  ])('%s: %s', (_, name, position) => {
    expect(find(name)).toBe(position);
  });

  it('by-id dm-uuid-LVM: group and volume UUID without hyphens', () => {
    // The volume's UUID of the test's LVM is "<group> <name>".
    expect(find('/dev/disk/by-id/dm-uuid-LVM-AbC123AbC123 home')).toBe('vg-00/home');
  });

  it.each(['sda', 'hda', 'vda'])('xvda for a disk that the definition calls %s', (target) => {
    expect(find('/dev/xvda1', guest(target))).toBe(`${target}/1`);
  });

  it('a whole disk that is called as a partition is, as Xen allows', () => {
    const disks = new Map<string, LayoutDevice>([
      ['xvda1', swap('s')],
      ['xvda2', fileSystem('ext4', 'root')],
    ]);
    const layout = { disks, groups: [] };
    expect(find('/dev/xvda2', layout)).toBe('xvda2');
    expect(find('/dev/sda2', layout)).toBe('xvda2');
  });

  it('xvda beside hda: each by its own name, neither by a third', () => {
    const layout: Layout = {
      disks: new Map([
        ['xvda', partitioned('msdos', [fileSystem('ext4', '1')])],
        ['hda', partitioned('msdos', [fileSystem('ext4', '2')])],
      ]),
      groups: [],
    };
    expect(find('/dev/xvda1', layout)).toBe('xvda/1');
    expect(find('/dev/hda1', layout)).toBe('hda/1');
    expect(find('/dev/sda1', layout)).toBeUndefined();
  });

  it('a UUID or label that two devices have means neither', () => {
    const twins = [fileSystem('ext4', 'same', 'data'), fileSystem('ext4', 'same', 'data')];
    const layout = { disks: new Map([['xvda', partitioned('gpt', twins)]]), groups: [] };
    expect(find('UUID=same', layout)).toBeUndefined();
    expect(find('LABEL=data', layout)).toBeUndefined();
    expect(find('/dev/xvda2', layout)).toBe('xvda/2');
  });

  it('a partition inside a volume by its UUID only', () => {
    const volumes = [{ name: 'disk', device: partitioned('msdos', [fileSystem('ext4', 'inner')]) }];
    const layout = {
      disks: new Map([['xvda', physicalVolume()]]),
      groups: [{ name: 'vg', uuid: 'VG', volumes }],
    };
    expect(find('UUID=inner', layout)).toBe('vg/disk/1');
    expect(find('/dev/vg/disk', layout)).toBe('vg/disk');
  });
});
