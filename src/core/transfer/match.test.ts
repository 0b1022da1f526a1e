import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planMounts } from '../fstab/index.js';
import { allFileSystems, type DeviceTree } from '../model/index.js';
import { GuestMachine } from '../testing/guest-machine.contract.js';
import {
  anyLayout,
  articleLayout,
  fileSystem,
  type Layout,
  type LayoutDevice,
  partitioned,
  swap,
  withDisk,
} from '../testing/layout.contract.js';
import { findUnsupported, matchTransfers, type TransferPlan } from './match.js';

const fstab = 'LABEL=root / ext3\nLABEL=/boot /boot ext3\n';
const treeOf = (layout: Layout): DeviceTree => new GuestMachine(layout).tree();
const article = treeOf(articleLayout());

function disks(...devices: LayoutDevice[]): Layout {
  return { disks: new Map([['xvda', partitioned('gpt', devices)]]), groups: [] };
}

function strange(type: string): LayoutDevice {
  return { sizeBytes: 2 ** 26, body: { kind: 'leaf', content: { kind: 'other', type } } };
}

function match(source: DeviceTree, target: DeviceTree, exclude: string[] = []): TransferPlan {
  return matchTransfers(source, target, planMounts(source, fstab), exclude);
}

describe('matchTransfers', () => {
  it("pairs file systems in the order of the guest's own tree", () => {
    const plan = match(article, treeOf(articleLayout()), ['/boot/old', '/tmp/*']);
    expect(plan).toMatchObject({
      kind: 'transfers',
      transfers: [
        {
          position: 'VolGroup00/LogVol00',
          guestPath: '/',
          faithfulness: 'posix',
          excludes: ['/boot/old', '/tmp/*'],
        },
        { position: 'xvda/1', guestPath: '/boot', faithfulness: 'posix', excludes: ['/old'] },
      ],
      notCopied: [{ position: 'VolGroup00/LogVol01', content: 'swap' }],
    });
  });

  it('pairs by position, so that exchanged mount points cannot cross volumes', () => {
    const exchanged = planMounts(article, 'LABEL=/boot / ext3\nLABEL=root /boot ext3\n');
    const plan = matchTransfers(article, treeOf(articleLayout()), exchanged, []);
    if (plan.kind === 'conflict') throw new Error(plan.conflict.message);
    for (const { position, source, target } of plan.transfers) {
      expect([source.position, target.position]).toEqual([position, position]);
      expect(source.content.uuid).toBe(target.content.uuid);
    }
  });

  it('copies every file system of any layout exactly once, onto its equal', () => {
    fc.assert(
      fc.property(anyLayout, (layout) => {
        const [source, target] = [treeOf(layout), treeOf(layout)];
        const plan = match(source, target);
        const all = allFileSystems(source);
        if (all.length === 0) {
          expect(plan.kind).toBe('conflict');
          return;
        }
        if (plan.kind === 'conflict') throw new Error(plan.conflict.message);
        expect(plan.transfers.map(({ position }) => position).sort()).toEqual(
          all.map(({ position }) => position).sort(),
        );
        for (const transfer of plan.transfers)
          expect(transfer.source.content).toEqual(transfer.target.content);
      }),
    );
  });

  it('takes vfat for what it is', () => {
    const tree = treeOf(disks(fileSystem('vfat', 'efi'), fileSystem('ext4', 'root')));
    expect(match(tree, tree)).toMatchObject({
      transfers: [{ faithfulness: 'vfat' }, { faithfulness: 'posix' }],
    });
  });

  it.each<[string, LayoutDevice]>([
    ['is missing', swap('s')],
    ['has another UUID', fileSystem('ext3', 'other')],
  ])('is a conflict when a partner %s', (_, device) => {
    const target = treeOf(withDisk(disks(device), 'xvda', partitioned('gpt', [device])));
    const plan = match(treeOf(disks(fileSystem('ext3', 'mine'))), target);
    expect(plan).toMatchObject({
      kind: 'conflict',
      conflict: {
        kind: 'layout-drift',
        position: 'xvda/1',
        message: 'xvda/1 has no partner of the same UUID on the standby',
      },
    });
  });

  it('lists what is not copied, with the reason', () => {
    const blank: LayoutDevice = {
      sizeBytes: 2 ** 20,
      body: { kind: 'leaf', content: { kind: 'blank' } },
    };
    const tree = treeOf(disks(fileSystem('ext4', 'root'), swap('s'), blank));
    expect(match(tree, tree)).toMatchObject({
      notCopied: [
        { position: 'xvda/2', content: 'swap', reason: expect.stringContaining('worthless') },
        {
          position: 'xvda/3',
          content: 'nothing',
          reason: expect.stringContaining('no file system'),
        },
      ],
    });
  });
});

describe('findUnsupported', () => {
  it('refuses a volume of the guest that cannot be opened as files, with the reason', () => {
    const tree = treeOf(disks(fileSystem('ext4', 'root')));
    const [group] = new GuestMachine(articleLayout()).tree().volumeGroups;
    const closed = [{ position: 'VolGroup00/pool', reason: 'is of type thin-pool' }];
    const volumeGroups = group === undefined ? [] : [{ ...group, closed }];
    expect(findUnsupported({ ...tree, volumeGroups })).toMatchObject({
      kind: 'content-unsupported',
      position: 'VolGroup00/pool',
      message:
        'logical volume VolGroup00/pool cannot be opened as files, because it is of type thin-pool',
    });
  });

  it.each(['crypto_LUKS', 'linux_raid_member', 'zfs_member'])(
    'refuses %s and says where',
    (type) => {
      expect(
        findUnsupported(treeOf(disks(fileSystem('ext4', 'root'), strange(type)))),
      ).toMatchObject({
        kind: 'content-unsupported',
        position: 'xvda/2',
        message: `xvda/2 bears ${type}, which cannot be copied file by file`,
      });
    },
  );

  it.each(['ntfs', 'f2fs', 'iso9660'])('refuses a file system of type %s', (type) => {
    expect(findUnsupported(treeOf(disks(fileSystem(type, 'x'))))?.message).toMatch(
      `xvda/1 bears ${type} x`,
    );
  });

  it('refuses a guest without any file system: nothing would be copied, and it would look done', () => {
    expect(findUnsupported(treeOf(disks(swap('s'))))).toMatchObject({
      position: 'xvda',
      message: 'no file system was found on any disk of the guest',
    });
  });

  it("has nothing against the article's guest", () => {
    expect(findUnsupported(article)).toBeUndefined();
  });

  it('makes the plan a conflict: a standby that lacks a part must never look complete', () => {
    const tree = treeOf(disks(fileSystem('ext4', 'root'), strange('crypto_LUKS')));
    expect(match(tree, tree).kind).toBe('conflict');
  });
});
