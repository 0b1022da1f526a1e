import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type {
  Content,
  DeviceNode,
  DeviceTree,
  GuestVolumeGroup,
  PartitionEntry,
} from '../model/index.js';
import { GuestMachine } from '../testing/guest-machine.contract.js';
import {
  anyLayout,
  articleLayout,
  fileSystem,
  partitioned,
  physicalVolume,
  withDisk,
} from '../testing/layout.contract.js';
import { compareTrees } from './compare.js';

const source = new GuestMachine(articleLayout()).tree();

/** The same tree with its first disk changed. */
function withFirstDisk(change: (disk: DeviceNode) => DeviceNode): DeviceTree {
  return {
    ...source,
    disks: source.disks.map((disk, index) => (index === 0 ? change(disk) : disk)),
  };
}

function withFirstPartition(change: (node: DeviceNode) => DeviceNode): DeviceTree {
  return withFirstDisk((disk) => ({
    ...disk,
    children: disk.children.map((child, index) => (index === 0 ? change(child) : child)),
  }));
}

function withFirstEntry(change: (entry: PartitionEntry) => PartitionEntry): DeviceTree {
  return withFirstDisk((disk) => {
    const { table } = disk;
    if (table === undefined) throw new Error('the disk has no table');
    const partitions = table.partitions.map((entry, index) =>
      index === 0 ? change(entry) : entry,
    );
    return { ...disk, table: { ...table, partitions } };
  });
}

function withGroup(change: (group: GuestVolumeGroup) => GuestVolumeGroup): DeviceTree {
  return {
    ...source,
    volumeGroups: source.volumeGroups.map((node) => ({ ...node, group: change(node.group) })),
  };
}

function withFirstVolume(change: (node: DeviceNode) => DeviceNode): DeviceTree {
  return {
    ...source,
    volumeGroups: source.volumeGroups.map((node) => ({
      ...node,
      volumes: node.volumes.map((volume, index) => (index === 0 ? change(volume) : volume)),
    })),
  };
}

const volumes = (group: GuestVolumeGroup) => group.logicalVolumes;

describe('compareTrees', () => {
  it('finds no difference between a tree and itself', () => {
    fc.assert(
      fc.property(anyLayout, (layout) => {
        const tree = new GuestMachine(layout).tree();
        expect(compareTrees(tree, tree)).toBeUndefined();
      }),
    );
  });

  it('finds no difference in what is not known yet', () => {
    expect(compareTrees(source, { disks: [], volumeGroups: [] })).toBeUndefined();
    const unprobed = withFirstDisk((disk) => ({ ...disk, children: [] }));
    expect(compareTrees(source, unprobed)).toBeUndefined();
  });

  it('does not mind another label, device or number of the map', () => {
    const other = withFirstPartition((node) => ({
      ...node,
      path: '/dev/mapper/other',
      deviceNumber: { major: 1, minor: 1 },
      content: { kind: 'file-system', type: 'ext3', uuid: 'aaaa-boot', label: 'renamed' },
    }));
    expect(compareTrees(source, other)).toBeUndefined();
  });

  it.each<[string, DeviceTree, RegExp]>([
    [
      'a disk of another size',
      withFirstDisk((disk) => ({ ...disk, sizeBytes: 3 * disk.sizeBytes })),
      /^disk xvda shrank from 3\.30 GiB to 1\.10 GiB on the source$/,
    ],
    [
      'a disk a sector larger, in exact bytes',
      withFirstDisk((disk) => ({ ...disk, sizeBytes: disk.sizeBytes + 512 })),
      /^disk xvda shrank from 1180697088 bytes to 1180696576 bytes on the source$/,
    ],
    [
      'a disk without a table',
      withFirstDisk((disk) => ({ ...disk, content: { kind: 'blank' } })),
      /^disk xvda bears a msdos partition table on the source and nothing on the standby$/,
    ],
    [
      'another label of the table',
      withFirstDisk((disk) => ({ ...disk, content: { kind: 'partition-table', label: 'gpt' } })),
      /a msdos partition table on the source and a gpt partition table/,
    ],
    [
      'a partition that is larger',
      withFirstEntry((entry) => ({ ...entry, sizeBytes: 2 * entry.sizeBytes })),
      /^partition 1 of xvda shrank from 200 MiB to 100 MiB on the source$/,
    ],
    [
      'a partition in another place',
      withFirstEntry((entry) => ({ ...entry, startBytes: entry.startBytes + 512 })),
      /^partition 1 of xvda starts at byte 1048576 on the source and at byte 1049088 on the standby$/,
    ],
    [
      'a partition of another kind',
      withFirstEntry((entry) => ({ ...entry, kind: 'logical' })),
      /^partition 1 of xvda is primary on the source and logical on the standby$/,
    ],
    [
      'a partition that is missing',
      withFirstEntry((entry) => ({ ...entry, number: 7 })),
      /^partition 1 of xvda is missing on the standby$/,
    ],
    [
      'another file system',
      withFirstPartition((node) => ({
        ...node,
        content: { kind: 'file-system', type: 'xfs', uuid: 'aaaa-boot' },
      })),
      /^partition 1 of xvda bears ext3 aaaa-boot on the source and xfs aaaa-boot on the standby$/,
    ],
    [
      'another UUID of a file system',
      withFirstPartition((node) => ({
        ...node,
        content: { kind: 'file-system', type: 'ext3', uuid: 'bbbb' },
      })),
      /bears ext3 aaaa-boot on the source and ext3 bbbb on the standby$/,
    ],
    [
      'another name of a volume group',
      withGroup((group) => ({ ...group, name: 'vg' })),
      /^volume group vg \(VG-0\) is not the one of the source$/,
    ],
    [
      'another UUID of a volume group',
      withGroup((group) => ({ ...group, uuid: 'VG-9' })),
      /^volume group VolGroup00 \(VG-9\) is not the one of the source$/,
    ],
    [
      'a volume that is missing',
      withGroup((group) => ({ ...group, logicalVolumes: volumes(group).slice(0, 1) })),
      /^logical volume VolGroup00\/LogVol01 is missing on the standby$/,
    ],
    [
      'a volume that is called otherwise',
      withGroup((group) => ({
        ...group,
        logicalVolumes: volumes(group).map((volume) => ({ ...volume, name: `${volume.name}x` })),
      })),
      /^logical volume VolGroup00\/LogVol00 is called LogVol00x on the standby$/,
    ],
    [
      'a volume of another size',
      withGroup((group) => ({
        ...group,
        logicalVolumes: volumes(group).map((volume) => ({ ...volume, sizeBytes: 4096 })),
      })),
      /^logical volume VolGroup00\/LogVol00 grew from 4 KiB to 100 MiB on the source$/,
    ],
    [
      'other content of a volume',
      withFirstVolume((node) => ({ ...node, content: { kind: 'blank' } })),
      /^logical volume VolGroup00\/LogVol00 bears ext3 aaaa-root on the source and nothing on the standby$/,
    ],
  ])('names %s', (_, found, message) => {
    expect(compareTrees(source, found)).toMatchObject({
      kind: 'layout-drift',
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(/seed/),
    });
  });

  it('names a partition or volume that exists only on the standby', () => {
    const fewer = withFirstDisk((disk) => ({
      ...disk,
      table: { ...disk.table!, partitions: disk.table!.partitions.slice(0, 1) },
    }));
    expect(compareTrees(fewer, source)?.message).toBe(
      'partition 2 of xvda exists only on the standby',
    );
    const fewerVolumes = withGroup((group) => ({
      ...group,
      logicalVolumes: volumes(group).slice(1),
    }));
    expect(compareTrees(fewerVolumes, source)?.message).toBe(
      'logical volume VolGroup00/LogVol00 exists only on the standby',
    );
  });

  it('compares the UUIDs of tables and partitions, where both hosts tell them', () => {
    const uuid = (text: string) =>
      withFirstDisk((disk) => ({
        ...disk,
        content: { kind: 'partition-table', label: 'msdos', uuid: text },
      }));
    expect(compareTrees(uuid('1111'), uuid('2222'))?.message).toBe(
      'disk xvda has the table UUID 1111 on the source and 2222 on the standby',
    );
    expect(compareTrees(uuid('1111'), source)).toBeUndefined();
    const partition = (text: string) =>
      withFirstPartition((node) => ({ ...node, partitionUuid: text }));
    expect(compareTrees(partition('1111-01'), partition('2222-01'))?.message).toBe(
      'partition 1 of xvda has the partition UUID 1111-01 on the source and 2222-01 on the standby',
    );
  });

  it('reaches what lies in a table inside a volume', () => {
    const inner = partitioned('msdos', [fileSystem('ext4', 'inner')]);
    const layout = {
      ...articleLayout(),
      groups: [{ name: 'vg', uuid: 'VG', volumes: [{ name: 'disk', device: inner }] }],
    };
    const other = {
      ...layout,
      groups: [
        {
          ...layout.groups[0]!,
          volumes: [{ name: 'disk', device: partitioned('msdos', [fileSystem('ext4', 'other')]) }],
        },
      ],
    };
    expect(
      compareTrees(new GuestMachine(layout).tree(), new GuestMachine(other).tree()),
    ).toMatchObject({
      position: 'vg/disk/1',
      message:
        'partition 1 of vg/disk bears ext4 inner on the source and ext4 other on the standby',
    });
  });

  it('compares parents before children: what is wrong above explains what is wrong below', () => {
    const seeded = withDisk(
      articleLayout(),
      'xvda',
      partitioned('gpt', [physicalVolume(), fileSystem('ext4', 'x')]),
    );
    expect(compareTrees(source, new GuestMachine(seeded).tree())?.position).toBe('xvda');
  });
});

describe('what may be written onto something else', () => {
  const bearing = (content: Content): DeviceTree =>
    withFirstPartition((node) => ({ ...node, content }));
  const blank: Content = { kind: 'blank' };
  const luks: Content = { kind: 'other', type: 'crypto_LUKS', uuid: 'one' };
  const ntfs: Content = { kind: 'file-system', type: 'ntfs', uuid: 'one' };
  const ext3: Content = { kind: 'file-system', type: 'ext3', uuid: 'one' };
  const swap: Content = { kind: 'swap', uuid: 'one' };

  it.each<[Content, Content]>([
    [luks, blank],
    [ntfs, blank],
    [swap, blank],
    [swap, { ...swap, uuid: 'two' }],
  ])('%j may be written onto %j', (expected, found) => {
    expect(compareTrees(bearing(expected), bearing(found))).toBeUndefined();
  });

  it.each<[Content, Content]>([
    [luks, ext3],
    [luks, { ...luks, uuid: 'two' }],
    [luks, swap],
    [ntfs, ext3],
    [ntfs, { ...ntfs, uuid: 'two' }],
    [swap, ext3],
    [swap, luks],
    [blank, ext3],
    [ext3, blank],
    [ext3, luks],
  ])('%j is never written onto %j', (expected, found) => {
    expect(compareTrees(bearing(expected), bearing(found))).toMatchObject({
      kind: 'layout-drift',
      position: 'xvda/1',
    });
  });
});
