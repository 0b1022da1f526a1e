import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planMounts } from '../fstab/index.js';
import {
  allDevices,
  allFileSystems,
  type DeviceTree,
  type TransferChoices,
} from '../model/index.js';
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
import { matchTransfers, type TransferPlan } from './match.js';
import { swapHeader } from './transfer.js';
import { findUnsupported } from './unsupported.js';

const fstab = 'LABEL=root / ext3\nLABEL=/boot /boot ext3\n';
const treeOf = (layout: Layout): DeviceTree => new GuestMachine(layout).tree();
const article = treeOf(articleLayout());

function disks(...devices: LayoutDevice[]): Layout {
  return { disks: new Map([['xvda', partitioned('gpt', devices)]]), groups: [] };
}

const blank: LayoutDevice = {
  sizeBytes: 2 ** 20,
  body: { kind: 'leaf', content: { kind: 'blank' } },
};

function strange(type: string): LayoutDevice {
  return { sizeBytes: 2 ** 26, body: { kind: 'leaf', content: { kind: 'other', type } } };
}

function match(source: DeviceTree, target: DeviceTree, exclude: string[] = []): TransferPlan {
  return matchTransfers(source, target, planMounts(source, fstab), { exclude });
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
        { by: 'header', position: 'VolGroup00/LogVol01' },
      ],
      notCopied: [],
    });
  });

  it('pairs by position, so that exchanged mount points cannot cross volumes', () => {
    const exchanged = planMounts(article, 'LABEL=/boot / ext3\nLABEL=root /boot ext3\n');
    const plan = matchTransfers(article, treeOf(articleLayout()), exchanged, { exclude: [] });
    if (plan.kind === 'conflict') throw new Error(plan.conflict.message);
    for (const { position, source, target } of plan.transfers) {
      expect([source.position, target.position]).toEqual([position, position]);
      expect(source.content).toEqual(target.content);
    }
  });

  it('copies every file system of any layout exactly once, onto its equal', () => {
    fc.assert(
      fc.property(anyLayout, (layout) => {
        const [source, target] = [treeOf(layout), treeOf(layout)];
        const plan = match(source, target);
        const all = allFileSystems(source);
        if (plan.kind === 'conflict') throw new Error(plan.conflict.message);
        const files = plan.transfers.filter(({ by }) => by === 'files');
        expect(files.map(({ position }) => position).sort()).toEqual(
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

  it.each<[string, LayoutDevice, LayoutDevice]>([
    ['raw data', blank, { ...blank, sizeBytes: blank.sizeBytes + 512 }],
    ['LUKS', strange('crypto_LUKS'), { ...blank, sizeBytes: 2 ** 25 }],
    ['swap', swap('s'), { ...swap('s'), sizeBytes: 2 ** 25 }],
  ])(
    'is a conflict when the partner of %s has another size, or there is none',
    (_, mine, theirs) => {
      const source = treeOf(disks(fileSystem('ext4', 'root'), mine));
      for (const devices of [[theirs], []]) {
        const target = treeOf(disks(fileSystem('ext4', 'root'), ...devices));
        expect(match(source, target)).toMatchObject({
          kind: 'conflict',
          conflict: {
            kind: 'layout-drift',
            message: 'xvda/2 has no partner of the same size on the standby',
          },
        });
      }
    },
  );

  it('refuses a guest of which a part can be opened in no way', () => {
    const [group] = article.volumeGroups;
    const closed = [{ position: 'VolGroup00/pool', reason: 'is of type thin-pool' }];
    const volumeGroups = group === undefined ? [] : [{ ...group, closed }];
    expect(match({ ...article, volumeGroups }, article)).toMatchObject({
      kind: 'conflict',
      conflict: { position: 'VolGroup00/pool' },
    });
  });

  it('brings over by blocks what cannot be copied file by file, and says why', () => {
    const tree = treeOf(
      disks(fileSystem('ext4', 'root'), strange('crypto_LUKS'), fileSystem('ntfs', 'w'), blank),
    );
    expect(match(tree, tree)).toMatchObject({
      transfers: [
        { by: 'files', position: 'xvda/1' },
        { by: 'blocks', position: 'xvda/2', reason: expect.stringContaining('crypto_LUKS') },
        { by: 'blocks', position: 'xvda/3', reason: expect.stringContaining('ntfs') },
        { by: 'blocks', position: 'xvda/4', reason: expect.stringContaining('raw data') },
      ],
      notCopied: [],
    });
  });

  it('brings over the header of swap alone, last', () => {
    const tree = treeOf(disks(swap('s'), strange('zfs_member'), fileSystem('ext4', 'root')));
    expect(match(tree, tree)).toMatchObject({
      transfers: [{ by: 'files' }, { by: 'blocks' }, { by: 'header', position: 'xvda/1' }],
    });
  });

  it('brings every part of any layout over exactly once, tables and physical volumes apart', () => {
    fc.assert(
      fc.property(anyLayout, (layout) => {
        const tree = treeOf(layout);
        const plan = match(tree, tree);
        if (plan.kind === 'conflict') throw new Error(plan.conflict.message);
        const bearing = allDevices(tree).filter(
          ({ content }) => !['partition-table', 'physical-volume'].includes(content.kind),
        );
        expect(plan.transfers.map(({ position }) => position).sort()).toEqual(
          bearing.map(({ position }) => position).sort(),
        );
      }),
    );
  });
});

describe('findUnsupported', () => {
  const [group] = new GuestMachine(articleLayout()).tree().volumeGroups;
  const closed = [{ position: 'VolGroup00/pool', reason: 'is of type thin-pool' }];
  const volumeGroups = group === undefined ? [] : [{ ...group, closed }];
  const tree = { ...treeOf(disks(fileSystem('ext4', 'root'))), volumeGroups };

  it('refuses a volume of the guest that cannot be opened as files, with the reason', () => {
    expect(findUnsupported(tree)).toMatchObject({
      kind: 'content-unsupported',
      position: 'VolGroup00/pool',
      message:
        'logical volume VolGroup00/pool cannot be opened as files, because it is of type thin-pool',
    });
  });

  it('has nothing against it where all goes by blocks', () => {
    expect(findUnsupported(tree, { mode: 'blocks' })).toBeUndefined();
  });
});

describe('choices of the configuration', () => {
  const tree = treeOf(disks(fileSystem('ext4', 'root'), fileSystem('ext4', 'data'), swap('s')));
  const text = 'UUID=root / ext4\nUUID=data /data ext4\n';
  const chosen = (choices: TransferChoices): TransferPlan =>
    matchTransfers(tree, tree, planMounts(tree, text, choices), { ...choices, exclude: [] });

  it.each(['xvda/2', '/data'])('brings %s over by blocks', (name) => {
    expect(chosen({ devices: { [name]: 'blocks' } })).toMatchObject({
      transfers: [
        { by: 'files', position: 'xvda/1' },
        { by: 'blocks', position: 'xvda/2', guestPath: '/data', reason: 'as configured' },
        { by: 'header', position: 'xvda/3' },
      ],
    });
  });

  it('leaves out what is to be skipped, and says so', () => {
    expect(chosen({ devices: { '/data': 'skip', 'xvda/3': 'skip' } })).toMatchObject({
      transfers: [{ by: 'files', position: 'xvda/1' }],
      notCopied: [
        { position: 'xvda/2', content: 'ext4' },
        { position: 'xvda/3', content: 'swap' },
      ],
    });
  });

  it('takes the content of swap along by blocks', () => {
    expect(chosen({ devices: { 'xvda/3': 'blocks' } })).toMatchObject({
      transfers: [{ by: 'files' }, { by: 'files' }, { by: 'blocks', position: 'xvda/3' }],
    });
  });

  it('believes the position more than the mount point', () => {
    const plan = chosen({ devices: { 'xvda/2': 'blocks', '/data': 'skip' } });
    expect(plan).toMatchObject({ transfers: [{}, { by: 'blocks' }, {}], notCopied: [] });
  });

  it('takes whole disks with mode: blocks, and mounts nothing', () => {
    const plan = planMounts(tree, text, { mode: 'blocks' });
    expect(plan.order).toEqual([]);
    expect(matchTransfers(tree, tree, plan, { mode: 'blocks', exclude: [] })).toMatchObject({
      transfers: [{ by: 'blocks', position: 'xvda', reason: 'mode: blocks' }],
      notCopied: [],
    });
  });

  it('refuses a choice for one device of a file system that lies on several', () => {
    const part = (deviceUuid: string): LayoutDevice => ({
      sizeBytes: 2 ** 27,
      body: {
        kind: 'leaf',
        content: { kind: 'file-system', type: 'btrfs', uuid: 'pool', deviceUuid },
      },
    });
    const several = treeOf(disks(part('one'), part('two')));
    for (const position of ['xvda/1', 'xvda/2']) {
      const choices: TransferChoices = { devices: { [position]: 'skip' } };
      const plan = planMounts(several, 'UUID=pool / btrfs\n', choices);
      expect(matchTransfers(several, several, plan, { ...choices, exclude: [] })).toMatchObject({
        kind: 'conflict',
        conflict: { message: expect.stringContaining('a file system that lies on several') },
      });
    }
  });

  it.each<[TransferChoices, string]>([
    [{ devices: { 'xvda/7': 'skip' } }, 'the guest has no such device'],
    [{ devices: { xvda: 'blocks' } }, 'use mode: blocks'],
    [{ devices: { 'xvda/3': 'files' } }, 'it bears swap s'],
    [{ mode: 'blocks', devices: { 'xvda/1': 'skip' } }, 'whole disks are copied'],
  ])('refuses %j', (choices, message) => {
    expect(chosen(choices)).toMatchObject({
      kind: 'conflict',
      conflict: { kind: 'content-unsupported', message: expect.stringContaining(message) },
    });
  });
});

describe('swapHeader', () => {
  it.each([
    [4096, 'SWAPSPACE2'],
    [65_536, 'SWAPSPACE2'],
    [4096, 'SWAP-SPACE'],
  ])('is the first page, here of %i bytes, that ends in %s', (pageBytes, signature) => {
    const start = new Uint8Array(65_536).fill(1);
    start.set(Buffer.from(signature), pageBytes - 10);
    expect(swapHeader(start)).toHaveLength(pageBytes);
  });

  it('is not there without its signature', () => {
    expect(swapHeader(new Uint8Array(65_536))).toBeUndefined();
  });
});
