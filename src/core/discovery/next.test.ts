import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allDevices, allFileSystems, type GuestVolumeGroup } from '../model/index.js';
import { GuestMachine } from '../testing/guest-machine.contract.js';
import {
  anyLayout,
  articleLayout,
  fileSystem,
  type Layout,
  type LayoutDevice,
  partitioned,
  physicalVolume,
  swap,
  withDisk,
} from '../testing/layout.contract.js';
import type { Observation } from './observations.js';

/** Positions and UUIDs of all file systems that a layout really has. */
function truth(layout: Layout): readonly string[] {
  const visit = (position: string, { body }: LayoutDevice): string[] => {
    if (body.kind === 'leaf') {
      return body.content.kind === 'file-system' ? [`${position} ${body.content.uuid!}`] : [];
    }
    if (body.kind === 'physical-volume') return [];
    return body.partitions.flatMap(({ entry, device }) =>
      device === undefined ? [] : visit(`${position}/${String(entry.number)}`, device),
    );
  };
  return [
    ...[...layout.disks].flatMap(([target, device]) => visit(target, device)),
    ...layout.groups.flatMap(({ name: group, volumes }) =>
      volumes.flatMap(({ name, device }) => visit(`${group}/${name}`, device)),
    ),
  ];
}

describe('discovery on any layout', () => {
  it('finds every file system exactly once, at every depth', () => {
    fc.assert(
      fc.property(anyLayout, (layout) => {
        const found = allFileSystems(new GuestMachine(layout).tree());
        expect(found.map(({ position, content }) => `${position} ${content.uuid!}`).sort()).toEqual(
          [...truth(layout)].sort(),
        );
      }),
    );
  });

  it('gives every device a path of its own', () => {
    fc.assert(
      fc.property(anyLayout, (layout) => {
        const paths = allDevices(new GuestMachine(layout).tree()).map(({ path }) => path);
        expect(new Set(paths).size).toBe(paths.length);
      }),
    );
  });

  it('probes no device twice, and no extended partition at all', () => {
    fc.assert(
      fc.property(anyLayout, (layout) => {
        const machine = new GuestMachine(layout);
        const devices = allDevices(machine.tree()).map(({ path }) => path);
        const probed = machine.asked
          .flat()
          .flatMap((action) => (action.kind === 'probe' ? [action.device] : []));
        expect(probed.sort()).toEqual(devices.sort());
      }),
    );
  });

  it('takes an equal standby for equal, whatever the names of its maps', () => {
    fc.assert(
      fc.property(anyLayout, (layout) => {
        const source = new GuestMachine(layout).tree();
        expect(new GuestMachine(layout).discover(source).kind).toBe('tree');
      }),
    );
  });

  it('asks about independent devices in one turn', () => {
    const machine = new GuestMachine(articleLayout());
    machine.tree();
    expect(machine.asked.map((turn) => turn.map(({ kind }) => kind))).toEqual([
      ['open-disk'],
      ['probe'],
      ['read-table', 'map-partitions'],
      ['probe', 'probe'],
      ['read-volume-groups'],
      ['map-volume', 'map-volume'],
      ['probe', 'probe'],
    ]);
  });
});

describe('discovery on the layouts people have', () => {
  it('opens a volume group that spans two disks once, from both', () => {
    const group = {
      name: 'vg',
      uuid: 'VG',
      volumes: [{ name: 'root', device: fileSystem('xfs', 'r') }],
    };
    const disks = new Map([
      ['xvda', partitioned('gpt', [physicalVolume()])],
      ['xvdb', physicalVolume()],
    ]);
    const tree = new GuestMachine({ disks, groups: [group] }).tree();
    expect(tree.volumeGroups[0]?.physicalVolumes).toEqual(['xvdb', 'xvda/1']);
    expect(allFileSystems(tree).map(({ position }) => position)).toEqual(['vg/root']);
  });

  it('opens a group one of whose physical volumes lies on a volume of another group', () => {
    const layout: Layout = {
      disks: new Map([
        ['xvda', physicalVolume(0)],
        ['xvdb', physicalVolume(1)],
      ]),
      groups: [
        { name: 'outer', uuid: 'O', volumes: [{ name: 'disk', device: physicalVolume(1) }] },
        { name: 'inner', uuid: 'I', volumes: [{ name: 'data', device: fileSystem('ext4', 'd') }] },
      ],
    };
    const positions = allFileSystems(new GuestMachine(layout).tree()).map(
      ({ position }) => position,
    );
    expect(positions).toEqual(['inner/data']);
  });

  it('sees a physical volume by its content on a partition of any type', () => {
    const layout = withDisk(articleLayout(), 'xvda', partitioned('gpt', [physicalVolume()]));
    expect(new GuestMachine(layout).tree().volumeGroups).toHaveLength(1);
  });
});

describe('discovery of what contradicts itself', () => {
  const conflictOf = (layout: Layout, lies: ConstructorParameters<typeof GuestMachine>[1] = {}) => {
    const turn = new GuestMachine(layout, lies).discover();
    return turn.kind === 'conflict' ? turn.conflict : undefined;
  };
  const distort =
    (change: (maps: Extract<Observation, { kind: 'partition-maps' }>) => Observation) =>
    (observation: Observation): Observation =>
      observation.kind === 'partition-maps' ? change(observation) : observation;

  it('says so when kpartx maps another size than parted tells', () => {
    const observation = distort((seen) => ({
      ...seen,
      maps: seen.maps.map((map) => ({ ...map, sizeSectors: map.sizeSectors + 1 })),
    }));
    expect(conflictOf(articleLayout(), { observation })).toMatchObject({
      kind: 'content-unsupported',
      position: 'xvda/1',
      message: expect.stringMatching(
        /parted and kpartx disagree about partition 1 of xvda: 104857600 bytes against 104858112/,
      ),
    });
  });

  it('says so when kpartx does not map a partition that parted tells', () => {
    const observation = distort((seen) => ({ ...seen, maps: seen.maps.slice(1) }));
    expect(conflictOf(articleLayout(), { observation })?.message).toMatch(/against no map/);
  });

  it('says so when kpartx maps a partition that parted does not tell', () => {
    const observation = distort((seen) => ({
      ...seen,
      maps: [
        ...seen.maps,
        { number: 9, name: 'x', deviceNumber: { major: 1, minor: 1 }, sizeSectors: 8 },
      ],
    }));
    expect(conflictOf(articleLayout(), { observation })).toMatchObject({
      position: 'xvda/9',
      message: expect.stringContaining('no partition against 4096 bytes'),
    });
  });

  it('refuses a volume group that lacks a physical volume', () => {
    const groups = (seen: readonly GuestVolumeGroup[]) =>
      seen.map((group) => ({ ...group, missingPhysicalVolumes: 1 }));
    expect(conflictOf(articleLayout(), { groups })).toMatchObject({
      position: 'VolGroup00',
      message: 'volume group VolGroup00 lacks 1 of its physical volumes',
    });
  });

  it('refuses two volume groups of one name', () => {
    const volumes = [{ name: 'root', device: fileSystem('ext4', 'r') }];
    const layout: Layout = {
      disks: new Map([
        ['xvda', physicalVolume(0)],
        ['xvdb', physicalVolume(1)],
      ]),
      groups: [
        { name: 'vg', uuid: '1', volumes },
        { name: 'vg', uuid: '2', volumes },
      ],
    };
    expect(conflictOf(layout)?.message).toBe('two volume groups of this guest are called vg');
  });

  it('refuses a volume group that is called as a disk is: their devices could not be told apart', () => {
    const layout = articleLayout();
    const groups = layout.groups.map((group) => ({ ...group, name: 'xvda' }));
    expect(conflictOf({ ...layout, groups })?.message).toMatch(/called xvda, as one of its disks/);
  });

  it('leaves a volume of a kind that needs activation closed, and says why', () => {
    const groups = (seen: readonly GuestVolumeGroup[]) =>
      seen.map((group) => ({
        ...group,
        logicalVolumes: group.logicalVolumes.map((volume) => ({
          ...volume,
          segments: volume.segments.map((segment) => ({ ...segment, type: 'raid1' })),
        })),
      }));
    const [group] = new GuestMachine(articleLayout(), { groups }).tree().volumeGroups;
    expect(group?.volumes).toEqual([]);
    expect(group?.closed).toEqual(
      ['LogVol00', 'LogVol01'].map((name) => ({
        position: `VolGroup00/${name}`,
        reason: 'is of type raid1, which cannot be opened without activating it',
      })),
    );
  });

  it('refuses tables nested deeper than any guest nests them', () => {
    let device: LayoutDevice = swap('s');
    for (let depth = 0; depth < 13; depth += 1) device = partitioned('msdos', [device]);
    expect(conflictOf({ disks: new Map([['xvda', device]]), groups: [] })?.message).toMatch(
      /nested deeper/,
    );
  });

  it('refuses volume groups nested deeper than any guest nests them', () => {
    const count = 7;
    const groups = Array.from({ length: count }, (_, index) => ({
      name: `vg${String(index)}`,
      uuid: `VG${String(index)}`,
      volumes: [{ name: 'lv', device: index + 1 < count ? physicalVolume(index + 1) : swap('s') }],
    }));
    const disks = new Map([['xvda', physicalVolume(0)]]);
    expect(conflictOf({ disks, groups })?.message).toMatch(/nested deeper/);
  });

  it('refuses a disk with more devices than any guest has', () => {
    const parts = Array.from({ length: 1100 }, (_, index) => swap(`s${String(index)}`));
    const disks = new Map([['xvda', partitioned('gpt', parts)]]);
    expect(conflictOf({ disks, groups: [] })?.message).toMatch(/show 1101 devices/);
  });
});

describe('discovery of a target', () => {
  const source = () => new GuestMachine(articleLayout()).tree();

  it('stops at the first level that differs and opens nothing below it', () => {
    const other = withDisk(articleLayout(), 'xvda', {
      ...articleLayout().disks.get('xvda')!,
      sizeBytes: 5 * 1024 ** 3,
    });
    const machine = new GuestMachine(other);
    expect(machine.discover(source())).toMatchObject({
      kind: 'conflict',
      conflict: { kind: 'layout-drift', position: 'xvda' },
    });
    expect(machine.asked.flat().map(({ kind }) => kind)).toEqual(['open-disk', 'probe']);
  });

  it.each([
    [
      'a volume group is missing',
      { ...articleLayout(), groups: [] },
      /VolGroup00\/LogVol00 of the source does not exist/,
    ],
    [
      'a volume is missing',
      {
        ...articleLayout(),
        groups: articleLayout().groups.map((group) => ({
          ...group,
          volumes: group.volumes.slice(1),
        })),
      },
      /logical volume VolGroup00\/LogVol00 is missing on the standby/,
    ],
  ])('says so when %s on the standby', (_, layout, message) => {
    const turn = new GuestMachine(layout).discover(source());
    expect(turn).toMatchObject({
      kind: 'conflict',
      conflict: { kind: 'layout-drift', message: expect.stringMatching(message) },
    });
  });
});
