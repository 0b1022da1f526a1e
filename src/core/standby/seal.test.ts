import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Content } from '../model/index.js';
import { GuestMachine } from '../testing/guest-machine.contract.js';
import { anyLayout, articleLayout } from '../testing/layout.contract.js';
import { allDevices, type DeviceTree, type VolumeGroupNode } from '../model/index.js';
import { locateOnDisks } from './locate.js';
import { brokenSeals, type ContentSeal } from './seal.js';
import { blockRegionsToSeal, needsSealHeader, regionsToSeal, sealedType } from './seal-regions.js';

const fileSystem = (type: string): Content => ({ kind: 'file-system', type });
const gibibyte = 2 ** 30;

/** Superblock of an XFS of four groups, as mkfs.xfs and one mount left it. */
function xfs(changes: (view: DataView) => void = () => undefined): Uint8Array {
  const bytes = new Uint8Array(4096);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x58465342);
  view.setUint32(4, 4096);
  view.setBigUint64(8, 102_400n);
  view.setBigUint64(48, 65_542n);
  view.setUint32(84, 25_600);
  view.setUint32(88, 4);
  view.setUint32(96, 16_384);
  view.setUint16(100, 0xb4a5);
  view.setUint16(102, 512);
  view.setUint8(124, 15);
  view.setBigUint64(240, 0x1_0000_01b5n);
  changes(view);
  return bytes;
}

function fat(fields: { rootEntries: number; tableSectors16: number; tableSectors32: number }) {
  const bytes = new Uint8Array(4096);
  const view = new DataView(bytes.buffer);
  view.setUint16(11, 512, true);
  view.setUint16(14, 32, true);
  view.setUint8(16, 2);
  view.setUint16(17, fields.rootEntries, true);
  view.setUint16(22, fields.tableSectors16, true);
  view.setUint32(36, fields.tableSectors32, true);
  return bytes;
}

/** Whether a generated group's volumes have room on its physical volumes, as LVM's always have. */
function fits(tree: DeviceTree, { physicalVolumes, volumes }: VolumeGroupNode): boolean {
  const sizeOf = (position: string): number =>
    allDevices(tree).find((node) => node.position === position)?.sizeBytes ?? 0;
  const room = physicalVolumes.reduce((sum, position) => sum + sizeOf(position) - 4 * 2 ** 20, 0);
  return volumes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) <= room;
}

describe('what of a content is sealed', () => {
  const start = [{ offsetBytes: 0, lengthBytes: 4096 }];

  it.each<[Content, readonly object[]]>([
    [fileSystem('ext2'), start],
    [fileSystem('ext4'), start],
    [fileSystem('btrfs'), [{ offsetBytes: 65_536, lengthBytes: 4096 }]],
    [{ kind: 'swap' }, start],
    [{ kind: 'other', type: 'crypto_LUKS' }, start],
    [{ kind: 'blank' }, []],
    [{ kind: 'physical-volume', uuid: 'x' }, []],
    [{ kind: 'partition-table', label: 'gpt' }, []],
  ])('of %j', (content, regions) => {
    expect(regionsToSeal(content, gibibyte)).toEqual(regions);
    expect(needsSealHeader(content)).toBe(false);
    expect(sealedType(content) === undefined).toBe(regions.length === 0);
  });

  it('of what went by blocks is its start, where LUKS begins its data, and samples all over', () => {
    const pieces = blockRegionsToSeal({ kind: 'blank' }, gibibyte);
    expect(pieces.map(({ offsetBytes }) => offsetBytes / 2 ** 20)).toEqual([
      0, 16, 146, 292, 438, 584, 730, 876,
    ]);
    expect(pieces.map(({ lengthBytes }) => lengthBytes / 2 ** 10)).toEqual([
      4096, 2048, 64, 64, 64, 64, 64, 64,
    ]);
  });

  it('of what went by blocks never reaches beyond the device, nor takes a piece twice', () => {
    const sizeBytes = 17 * 2 ** 20;
    const pieces = blockRegionsToSeal({ kind: 'other', type: 'crypto_LUKS' }, sizeBytes);
    expect(pieces.map(({ offsetBytes }) => offsetBytes / 2 ** 20)).toEqual([
      0, 16, 4, 6, 8, 10, 12,
    ]);
    expect(pieces[1]).toEqual({ offsetBytes: 16 * 2 ** 20, lengthBytes: 2 ** 20 });
  });

  it('never reaches beyond the device', () => {
    expect(regionsToSeal({ kind: 'swap' }, 1024)).toEqual([{ offsetBytes: 0, lengthBytes: 1024 }]);
    expect(regionsToSeal(fileSystem('btrfs'), 65_536)).toEqual([]);
  });

  it('of XFS is the superblock, and the log from where it was last written to it', () => {
    // The place that was found by xfs_db and xfs_logprint on a real one.
    expect(regionsToSeal(fileSystem('xfs'), gibibyte, xfs())).toEqual([
      ...start,
      { offsetBytes: 209_963_520, lengthBytes: 1_048_576 },
    ]);
  });

  it('of XFS goes round the end of its log', () => {
    const header = xfs((view) => {
      view.setUint32(244, 16_384 * 8 - 1);
    });
    expect(regionsToSeal(fileSystem('xfs'), gibibyte, header)).toEqual([
      ...start,
      { offsetBytes: (51_206 + 16_384) * 4096 - 512, lengthBytes: 512 },
      { offsetBytes: 51_206 * 4096, lengthBytes: 1_048_576 - 512 },
    ]);
  });

  it('of XFS without that pointer is the header of each allocation group', () => {
    const header = xfs((view) => {
      view.setUint16(100, 0xb4a4);
    });
    const group = 25_600 * 4096;
    expect(regionsToSeal(fileSystem('xfs'), gibibyte, header)).toEqual(
      [0, 1, 2, 3].map((index) => ({ offsetBytes: index * group, lengthBytes: 2048 })),
    );
  });

  it.each([
    ['short', new Uint8Array(100)],
    ['of something else', new Uint8Array(4096)],
    [
      'with blocks of no power of two',
      xfs((view) => {
        view.setUint32(4, 4098);
      }),
    ],
    [
      'with sectors of no power of two',
      xfs((view) => {
        view.setUint16(100, 0xb4a4);
        view.setUint16(102, 514);
      }),
    ],
    [
      'of one whose log lies elsewhere',
      xfs((view) => {
        view.setBigUint64(48, 0n);
      }),
    ],
    [
      'that points outside its log',
      xfs((view) => {
        view.setUint32(244, 16_384 * 8);
      }),
    ],
  ])('of XFS with a header %s is its start', (_, header) => {
    expect(regionsToSeal(fileSystem('xfs'), gibibyte, header)).toEqual(start);
  });

  it('of FAT is everything before its data', () => {
    const old = fat({ rootEntries: 512, tableSectors16: 200, tableSectors32: 0 });
    expect(regionsToSeal(fileSystem('vfat'), gibibyte, old)).toEqual([
      { offsetBytes: 0, lengthBytes: (32 + 400 + 32) * 512 },
    ]);
    const large = fat({ rootEntries: 0, tableSectors16: 0, tableSectors32: 100_000 });
    expect(regionsToSeal(fileSystem('vfat'), 64 * gibibyte, large)).toEqual([
      { offsetBytes: 0, lengthBytes: 4_194_304 },
    ]);
    expect(regionsToSeal(fileSystem('vfat'), gibibyte, new Uint8Array(4096))).toEqual(start);
  });

  it('is whole sectors of the device, whatever a header says', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('xfs', 'vfat'),
        fc.uint8Array({ minLength: 0, maxLength: 4096 }),
        fc.boolean(),
        (type, noise, isTrueMagic) => {
          const header = isTrueMagic
            ? xfs((view) => {
                noise.slice(0, 300).forEach((byte, index) => {
                  view.setUint8(index + 4, byte);
                });
              })
            : noise;
          for (const { offsetBytes, lengthBytes } of regionsToSeal(
            fileSystem(type),
            gibibyte,
            header,
          )) {
            expect(offsetBytes).toBeGreaterThanOrEqual(0);
            expect(lengthBytes).toBeGreaterThan(0);
            expect(offsetBytes + lengthBytes).toBeLessThanOrEqual(gibibyte);
            expect([offsetBytes % 512, lengthBytes % 512]).toEqual([0, 0]);
          }
        },
      ),
    );
  });
});

describe('where a piece of a device lies on the disks', () => {
  it('is found through partitions and the guest’s own volumes', () => {
    const tree = new GuestMachine(articleLayout()).tree();
    const range = { offsetBytes: 1024, lengthBytes: 4096 };
    const mebibyte = 2 ** 20;
    expect(locateOnDisks(tree, 'xvda', range)).toEqual([{ disk: 'xvda', ...range }]);
    expect(locateOnDisks(tree, 'xvda/1', range)).toEqual([
      { disk: 'xvda', offsetBytes: mebibyte + 1024, lengthBytes: 4096 },
    ]);
    const group = tree.volumeGroups[0]!.group;
    const segment = group.logicalVolumes[1]!.segments[0]!;
    const extent = segment.areas[0]!.firstExtent;
    const inGroup = group.physicalVolumes[0]!.firstExtentBytes + extent * group.extentSizeBytes;
    expect(locateOnDisks(tree, 'VolGroup00/LogVol01', range)).toEqual([
      { disk: 'xvda', offsetBytes: 101 * mebibyte + inGroup + 1024, lengthBytes: 4096 },
    ]);
    expect(locateOnDisks(tree, 'nowhere', range)).toBeUndefined();
  });

  it('is cut where stripes and segments end', () => {
    const tree = new GuestMachine(articleLayout()).tree();
    const [node] = tree.volumeGroups;
    const device = node!.group.physicalVolumes[0]!.device;
    const striped = {
      ...tree,
      volumeGroups: [
        {
          ...node!,
          group: {
            ...node!.group,
            extentSizeBytes: 1024 ** 2,
            physicalVolumes: [{ ...node!.group.physicalVolumes[0]!, firstExtentBytes: 0 }],
            logicalVolumes: [
              {
                name: 'LogVol00',
                uuid: 'u',
                sizeBytes: 8 * 1024 ** 2,
                segments: [
                  {
                    type: 'striped',
                    startBytes: 0,
                    sizeBytes: 4 * 1024 ** 2,
                    stripeSizeBytes: 65_536,
                    areas: [
                      { device, firstExtent: 0 },
                      { device, firstExtent: 10 },
                    ],
                  },
                  {
                    type: 'linear',
                    startBytes: 4 * 1024 ** 2,
                    sizeBytes: 4 * 1024 ** 2,
                    stripeSizeBytes: 0,
                    areas: [{ device, firstExtent: 20 }],
                  },
                ],
              },
            ],
          },
        },
      ],
    };
    const base = locateOnDisks(tree, 'xvda/2', { offsetBytes: 0, lengthBytes: 1 })![0]!.offsetBytes;
    const found = (offsetBytes: number, lengthBytes: number) =>
      locateOnDisks(striped, 'VolGroup00/LogVol00', { offsetBytes, lengthBytes })?.map((region) => [
        region.offsetBytes - base,
        region.lengthBytes,
      ]);
    // btrfs keeps its superblock at 64 KiB: the second stripe.
    expect(found(65_536, 4096)).toEqual([[10 * 1024 ** 2, 4096]]);
    expect(found(131_072 - 512, 1024)).toEqual([
      [10 * 1024 ** 2 + 65_536 - 512, 512],
      [65_536, 512],
    ]);
    expect(found(4 * 1024 ** 2 - 512, 1024)).toEqual([
      [12 * 1024 ** 2 - 512, 512],
      [20 * 1024 ** 2, 512],
    ]);
    expect(found(8 * 1024 ** 2 - 512, 1024)).toBeUndefined();
  });

  it('is on a disk, for every device of any guest, and no two share one', () => {
    fc.assert(
      fc.property(anyLayout, (layout) => {
        const turn = new GuestMachine(layout).discover();
        fc.pre(turn.kind === 'tree');
        // A generated volume may be too small for the group that it bears.
        const disks = turn.tree.disks.map(({ position }) => position);
        const onDisks = turn.tree.volumeGroups
          .flatMap(({ physicalVolumes }) => physicalVolumes)
          .every((position) => disks.includes(position.split('/')[0] ?? ''));
        fc.pre(onDisks && turn.tree.volumeGroups.every((group) => fits(turn.tree, group)));
        const seen = new Set<string>();
        for (const node of allDevices(turn.tree)) {
          if (sealedType(node.content) === undefined || node.sizeBytes < 4096) continue;
          const [first] = locateOnDisks(turn.tree, node.position, {
            offsetBytes: 0,
            lengthBytes: 512,
          })!;
          const place = `${first!.disk}:${first!.offsetBytes}`;
          expect(seen).not.toContain(place);
          seen.add(place);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a seal', () => {
  const seal = (position: string, disk: string, sha256: string): ContentSeal => ({
    position,
    type: 'ext4',
    regions: [{ disk, offsetBytes: 0, lengthBytes: 4096, sha256 }],
  });
  const seals = [seal('xvda', 'xvda', 'a'), seal('xvdb', 'xvdb', 'b'), seal('xvdc', 'xvdc', 'c')];

  it('is broken where one digest differs, or there is none', () => {
    expect(brokenSeals(seals, ['xvda', 'xvdb', 'xvdc'], ['a', 'x'])).toEqual(seals.slice(1));
    expect(brokenSeals(seals, ['xvda', 'xvdb', 'xvdc'], ['a', 'b', 'c'])).toEqual([]);
  });

  it('does not speak of disks that are not written', () => {
    expect(brokenSeals(seals, ['xvdb'], ['b'])).toEqual([]);
  });
});
