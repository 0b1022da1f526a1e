import { beforeEach, describe, expect, it } from 'vitest';
import { contentOn } from '../block/contents.js';
import { copyDevices } from '../block/copy-device.js';
import { keyOf } from '../block/devices.js';
import { removeMap } from '../block/maps.js';
import { noteWrite } from '../block/writes.js';
import type { BlockDevice } from '../block/types.js';
import { SimulationError } from '../world/errors.js';
import { TestMachine } from '../test-machine.contract.js';
import { activateGroup, deactivateGroup } from './activate-group.js';
import { activateVolume } from './activation.js';
import { allocateLinear, freeAreas } from './allocate.js';
import {
  createThinLogicalVolume,
  createThinPool,
  createVolume,
  createVolumeGroup,
} from './create.js';
import { volumeNamed } from './lookup.js';
import { removeVolume } from './remove.js';
import { extendVolume } from './resize.js';
import { scanLvm } from './scan.js';
import { createThickSnapshot, createThinSnapshotVolume } from './snapshots.js';
import { volumeState } from './state.js';

let host: TestMachine;

beforeEach(() => {
  host = new TestMachine();
});

function uuidOn(device: BlockDevice): string | undefined {
  const content = contentOn(host.machine, keyOf(device.number))?.content;
  return content?.kind === 'file-system' ? content.image.superblock.uuid : undefined;
}

function thick(origin: string, name: string, extentCount = 2): void {
  createThickSnapshot(host.machine, host.group, {
    origin,
    name,
    extentCount,
    chunkSectors: 8,
    tags: ['b', 'a'],
    access: 'read-write',
    monitoring: 'unmonitored',
  });
}

const first = 'aaaaaaaa-0000-4000-8000-000000000001';
const second = 'aaaaaaaa-0000-4000-8000-000000000002';

describe('a thick snapshot', () => {
  beforeEach(() => {
    host.format(host.volume('origin', 64), first);
  });

  it('shows the origin as it was, under maps as LVM layers them', () => {
    thick('origin', 'snap');
    host.format(host.device('/dev/VG/origin'), second);
    expect(uuidOn(host.device('/dev/VG/snap'))).toBe(first);
    expect(uuidOn(host.device('/dev/VG/origin'))).toBe(second);
    expect(host.maps).toEqual(['VG-origin', 'VG-origin-real', 'VG-snap', 'VG-snap-cow']);
  });

  it('leaves the origin plain and its data alone when it is removed', () => {
    thick('origin', 'snap');
    removeVolume(host.machine, host.group, volumeNamed(host.group.metadata, 'snap'));
    expect(host.maps).toEqual(['VG-origin']);
    expect(uuidOn(host.device('/dev/VG/origin'))).toBe(first);
  });

  it('does not show what an earlier snapshot in the same place kept', () => {
    thick('origin', 'snap');
    host.format(host.device('/dev/VG/origin'), second);
    removeVolume(host.machine, host.group, volumeNamed(host.group.metadata, 'snap'));
    thick('origin', 'again');
    expect(uuidOn(host.device('/dev/VG/again'))).toBe(second);
  });

  it('does not show what a snapshot kept that was removed while it was inactive', () => {
    thick('origin', 'snap');
    host.format(host.device('/dev/VG/origin'), second);
    deactivateGroup(host.machine, host.group);
    removeVolume(host.machine, host.group, volumeNamed(host.group.metadata, 'snap'));
    activateGroup(host.machine, host.group);
    thick('origin', 'again');
    expect(uuidOn(host.device('/dev/VG/again'))).toBe(second);
  });

  it('keeps its moment while it is inactive', () => {
    thick('origin', 'snap');
    deactivateGroup(host.machine, host.group);
    expect(host.maps).toEqual([]);
    activateVolume(host.machine, host.group, volumeNamed(host.group.metadata, 'origin'));
    host.format(host.device('/dev/VG/origin'), second);
    expect(uuidOn(host.device('/dev/VG/snap'))).toBe(first);
  });

  it('can be enlarged before it is full, and lives on', () => {
    thick('origin', 'snap', 1);
    const key = keyOf(host.device('/dev/VG/origin').number);
    noteWrite(host.machine, key, { start: 0, sectors: 7000 });
    extendVolume(host.machine, host.group, 'snap', 2);
    noteWrite(host.machine, key, { start: 7000, sectors: 7000 });
    const state = volumeState(host.machine, host.group, volumeNamed(host.group.metadata, 'snap'));
    expect(state).toMatchObject({ snapshot: 'valid', data: { total: 3 * 8192 } });
  });

  it('goes with its origin', () => {
    thick('origin', 'snap');
    removeVolume(host.machine, host.group, volumeNamed(host.group.metadata, 'origin'));
    expect(host.maps).toEqual([]);
    expect(host.group.metadata.logicalVolumes).toEqual([]);
  });

  it('is refused where the group has no room, and nothing is left of it', () => {
    expect(() => {
      thick('origin', 'snap', 1000);
    }).toThrow(SimulationError);
    expect(host.maps).toEqual(['VG-origin']);
    expect(host.group.metadata.logicalVolumes).toHaveLength(1);
  });
});

describe('a thin snapshot', () => {
  beforeEach(() => {
    const pool = createThinPool(host.machine, host.group, { name: 'pool', extentCount: 16 });
    createThinLogicalVolume(host.machine, pool, { name: 'origin', extentCount: 8, pool: 'pool' });
    host.format(host.device('/dev/VG/origin'), first);
  });

  function snap(): void {
    createThinSnapshotVolume(host.machine, host.group, {
      origin: 'origin',
      name: 'snap',
      tags: [],
    });
  }

  function poolFill() {
    return volumeState(host.machine, host.group, volumeNamed(host.group.metadata, 'pool')).data;
  }

  it('is not activated by itself, and shows the origin as it was', () => {
    snap();
    activateGroup(host.machine, host.group);
    expect(host.maps).not.toContain('VG-snap');
    host.format(host.device('/dev/VG/origin'), second);
    activateVolume(host.machine, host.group, volumeNamed(host.group.metadata, 'snap'));
    expect(uuidOn(host.device('/dev/VG/snap'))).toBe(first);
  });

  it('takes room in the pool only for what changes', () => {
    const key = keyOf(host.device('/dev/VG/origin').number);
    noteWrite(host.machine, key, { start: 0, sectors: 128 * 4 });
    expect(poolFill()).toMatchObject({ used: 128 * 4 });
    snap();
    expect(poolFill()).toMatchObject({ used: 128 * 4 });
    noteWrite(host.machine, key, { start: 0, sectors: 1 });
    expect(poolFill()).toMatchObject({ used: 128 * 5 });
    removeVolume(host.machine, host.group, volumeNamed(host.group.metadata, 'snap'));
    expect(poolFill()).toMatchObject({ used: 128 * 4 });
  });

  it('outlives its origin', () => {
    snap();
    activateVolume(host.machine, host.group, volumeNamed(host.group.metadata, 'snap'));
    removeVolume(host.machine, host.group, volumeNamed(host.group.metadata, 'origin'));
    expect(uuidOn(host.device('/dev/VG/snap'))).toBe(first);
    expect(volumeNamed(host.group.metadata, 'snap').role).not.toHaveProperty('origin');
  });

  it('breaks writes when the pool is full', () => {
    const key = keyOf(host.device('/dev/VG/origin').number);
    const pool = [...host.machine.thinPools.values()][0]!;
    pool.nextDataBlock = 0;
    expect(() => {
      for (const name of ['snap1', 'snap2', 'snap3']) {
        noteWrite(host.machine, key, { start: 0, sectors: 8 * 8192 });
        createThinSnapshotVolume(host.machine, host.group, { origin: 'origin', name, tags: [] });
      }
    }).toThrow(/out of data space/);
  });
});

describe('a scan', () => {
  function guest(name: string, group: string): BlockDevice {
    const wrapper = host.wrap(`ours-${name}`, host.volume(name, 32));
    const made = createVolumeGroup(host.machine, { name: group, devices: [{ device: wrapper }] });
    deactivateGroup(
      host.machine,
      createVolume(host.machine, made, { name: 'root', extentCount: 2 }),
    );
    return wrapper;
  }

  const all = {
    accept: (paths: readonly string[]) => paths[0],
    scanLogicalVolumes: 'off',
  } as const;

  it('sees physical volumes on disks and maps, and on volumes only when told to', () => {
    guest('one', 'Guest');
    host.machine.lvmSettings.scanLogicalVolumes = 'off';
    const names = (scope: Parameters<typeof scanLvm>[1]): string[] =>
      scanLvm(host.machine, scope).groups.map(({ metadata }) => metadata.name);
    expect(names(all)).toEqual(['VG', 'Guest']);
    removeMap(host.machine, 'ours-one');
    expect(names(all)).toEqual(['VG']);
    expect(names({ ...all, scanLogicalVolumes: 'on' })).toEqual(['VG', 'Guest']);
  });

  it('takes one of two clones and names the other', () => {
    const one = guest('one', 'Guest');
    const onto = host.wrap('ours-two', host.volume('two', 32));
    copyDevices(host.machine, host.machine, [{ from: one, onto }]);
    const { duplicates, groups } = scanLvm(host.machine, all);
    expect(duplicates).toMatchObject([
      {
        used: { path: '/dev/mapper/ours-one' },
        ignored: [{ path: '/dev/mapper/ours-two' }],
        reason: 'device name matches previous',
      },
    ]);
    expect(groups.filter(({ metadata }) => metadata.name === 'Guest')).toHaveLength(1);
    const accept = (paths: readonly string[]) => paths.find((path) => path.endsWith('ours-two'));
    expect(scanLvm(host.machine, { ...all, accept }).duplicates).toEqual([]);
  });

  it('knows what is missing of a group that spans two devices', () => {
    const devices = ['one', 'two'].map((name) => ({
      device: host.wrap(`ours-${name}`, host.volume(name, 32)),
    }));
    createVolumeGroup(host.machine, { name: 'spanning', devices });
    removeMap(host.machine, 'ours-two');
    const group = host.groupNamed('spanning');
    expect(group.missing).toHaveLength(1);
    expect(() => createVolume(host.machine, group, { name: 'x', extentCount: 1 })).toThrow(
      SimulationError,
    );
  });
});

describe('activation', () => {
  it('cannot give one name to two groups’ volumes', () => {
    const groups = ['one', 'two'].map((name) => {
      const device = host.wrap(`ours-${name}`, host.volume(name, 32));
      const made = createVolumeGroup(host.machine, { name: `G${name}`, devices: [{ device }] });
      const group = createVolume(host.machine, made, { name: 'root', extentCount: 2 });
      deactivateGroup(host.machine, group);
      return group;
    });
    const [one, two] = groups.map((group) => ({
      ...group,
      metadata: { ...group.metadata, name: 'Same' },
    }));
    expect(activateGroup(host.machine, one!)).toEqual([]);
    expect(activateGroup(host.machine, two!)).toMatchObject([
      { error: { code: 'already-exists' } },
    ]);
  });
});

describe('allocation', () => {
  it('takes the first area that is large enough, and gathers areas only when none is', () => {
    for (const name of ['a', 'b', 'c']) host.volume(name, 40);
    removeVolume(host.machine, host.group, volumeNamed(host.group.metadata, 'b'));
    const { metadata } = host.group;
    expect(freeAreas(metadata)).toMatchObject([
      { start: 10, count: 10 },
      { start: 30, count: 225 },
    ]);
    const starts = (extents: number): unknown =>
      allocateLinear(metadata, extents).map(({ areas, extentCount }) => [
        areas[0]?.startExtent,
        extentCount,
      ]);
    expect(starts(10)).toEqual([[10, 10]]);
    expect(starts(11)).toEqual([[30, 11]]);
    expect(starts(230)).toEqual([
      [30, 225],
      [10, 5],
    ]);
  });
});
