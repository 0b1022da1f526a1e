import { describe, expect, it } from 'vitest';
import { SimulatedFileSystem } from '../filesystem/file-system.js';
import type { FileSystemImage } from '../filesystem/types.js';
import { addMachine, createWorld } from '../world/create.js';
import type { Machine } from '../world/state.js';
import { contentOn, writeContent } from './contents.js';
import { addDisk } from './disks.js';
import { createMap, removeMap } from './maps.js';
import type { Target } from './types.js';
import { noteFileSystemWrite, noteWrite } from './writes.js';
import { activeSnapshots, snapshotFill } from './snapshots.js';

const mebibyte = 2048;
const disk = '254:16';

function newMachine(): Machine {
  const world = createWorld({ seed: 'contents' });
  const root = SimulatedFileSystem.make({ type: 'ext4', sizeBytes: 1 << 30 });
  const machine = addMachine(world, { name: 'dom0a', rootFileSystem: root });
  addDisk(machine, { name: 'vdb', sizeBytes: 64 << 20 });
  return machine;
}

function map(machine: Machine, name: string, table: readonly Target[]): string {
  const { number } = createMap(machine, { name, uuid: `U-${name}`, access: 'read-write', table });
  return `${number.major}:${number.minor}`;
}

function linear(start: number, sectors: number, offset: number, device = disk): Target {
  return { kind: 'linear', start, sectors, device, offset };
}

function fileSystem(sectors: number, uuid = 'fs-1'): SimulatedFileSystem {
  return SimulatedFileSystem.make({ type: 'ext4', sizeBytes: sectors * 512, uuid });
}

function put(machine: Machine, device: string, sectors: number): void {
  writeContent(machine, device, { kind: 'file-system', image: fileSystem(sectors) });
}

describe('contents', () => {
  it('are found by whoever maps the same pieces, under any name', () => {
    const machine = newMachine();
    put(machine, map(machine, 'first', [linear(0, 4 * mebibyte, 100)]), 4 * mebibyte);
    const second = map(machine, 'second', [linear(0, 4 * mebibyte, 100)]);
    const deeper = map(machine, 'deeper', [linear(0, 4 * mebibyte, 0, second)]);
    expect(contentOn(machine, second)).toMatchObject({ fit: 'whole' });
    expect(contentOn(machine, deeper)).toMatchObject({ fit: 'whole' });
  });

  it('are not found at another offset', () => {
    const machine = newMachine();
    put(machine, map(machine, 'first', [linear(0, 4 * mebibyte, 100)]), 4 * mebibyte);
    expect(
      contentOn(machine, map(machine, 'second', [linear(0, 4 * mebibyte, 108)])),
    ).toBeUndefined();
  });

  it('are truncated on a device that is too small', () => {
    const machine = newMachine();
    put(machine, map(machine, 'first', [linear(0, 4 * mebibyte, 0)]), 4 * mebibyte);
    const small = map(machine, 'small', [linear(0, 3 * mebibyte, 0)]);
    expect(contentOn(machine, small)?.fit).toBe('truncated');
  });

  it('are scrambled when a table takes the second piece from elsewhere', () => {
    const machine = newMachine();
    const right = map(machine, 'right', [
      linear(0, mebibyte, 0),
      linear(mebibyte, mebibyte, 10 * mebibyte),
    ]);
    put(machine, right, 2 * mebibyte);
    const wrong = map(machine, 'wrong', [
      linear(0, mebibyte, 0),
      linear(mebibyte, mebibyte, 11 * mebibyte),
    ]);
    expect(contentOn(machine, right)?.fit).toBe('whole');
    expect(contentOn(machine, wrong)?.fit).toBe('scrambled');
  });

  it('are gone where another content was written over them', () => {
    const machine = newMachine();
    const inner = map(machine, 'inner', [linear(0, mebibyte, 4 * mebibyte)]);
    put(machine, inner, mebibyte);
    put(machine, map(machine, 'outer', [linear(0, 8 * mebibyte, 0)]), 8 * mebibyte);
    expect(contentOn(machine, inner)).toBeUndefined();
  });

  it('stay below a partition table that is written around them', () => {
    const machine = newMachine();
    const inner = map(machine, 'inner', [linear(0, mebibyte, 4 * mebibyte)]);
    put(machine, inner, mebibyte);
    writeContent(machine, disk, {
      kind: 'partition-table',
      label: 'msdos',
      uuid: '12345678',
      logicalSectorBytes: 512,
      entries: [],
    });
    expect(contentOn(machine, inner)?.fit).toBe('whole');
  });
});

interface Pair {
  readonly origin: string;
  readonly snapshot: string;
}

/** origin -real at 0, copy-on-write area of `cowSectors` at 32 MiB. */
function snapshotPair(machine: Machine, name: string, offset: number, cowSectors: number): Pair {
  const size = 8 * mebibyte;
  const real = map(machine, `${name}-real`, [linear(0, size, offset)]);
  const origin = map(machine, name, [
    { kind: 'snapshot-origin', start: 0, sectors: size, device: real },
  ]);
  const cow = map(machine, `${name}-cow`, [linear(0, cowSectors, offset + 32 * mebibyte)]);
  return {
    origin,
    snapshot: map(machine, `${name}-snapshot`, [
      {
        kind: 'snapshot',
        start: 0,
        sectors: size,
        origin: real,
        cow,
        persistent: 'P',
        chunkSectors: 8,
      },
    ]),
  };
}

describe('a thick snapshot', () => {
  function withFileSystem(cowSectors: number): { machine: Machine; pair: Pair } {
    const machine = newMachine();
    put(machine, map(machine, 'before', [linear(0, 8 * mebibyte, 0)]), 8 * mebibyte);
    removeMap(machine, 'before');
    return { machine, pair: snapshotPair(machine, 'origin', 0, cowSectors) };
  }

  function images(machine: Machine, pair: Pair): FileSystemImage[] {
    return [pair.origin, pair.snapshot].map((device) => {
      const content = contentOn(machine, device)?.content;
      if (content?.kind !== 'file-system') throw new Error('no file system');
      return content.image;
    });
  }

  it('shows what the origin held, and keeps it when the origin changes', () => {
    const { machine, pair } = withFileSystem(mebibyte);
    const [origin, snapshot] = images(machine, pair);
    expect(snapshot).not.toBe(origin);
    put(machine, pair.origin, 4 * mebibyte);
    expect(contentOn(machine, pair.snapshot)?.content).toMatchObject({ image: snapshot });
  });

  it('counts each chunk once, and the header and table as the kernel does', () => {
    const { machine, pair } = withFileSystem(mebibyte);
    const fill = () => snapshotFill(machine, activeSnapshots(machine)[0]!);
    expect(fill()).toEqual({ usedSectors: 16, totalSectors: mebibyte, metadataSectors: 16 });
    noteWrite(machine, pair.origin, { start: 3, sectors: 2 });
    noteWrite(machine, pair.origin, { start: 0, sectors: 8 });
    expect(fill().usedSectors).toBe(24);
    noteWrite(machine, pair.snapshot, { start: 4, sectors: 8 });
    expect(fill().usedSectors).toBe(32);
  });

  it('gets a further table chunk after 256 copied chunks', () => {
    const { machine, pair } = withFileSystem(4 * mebibyte);
    noteWrite(machine, pair.origin, { start: 0, sectors: 256 * 8 });
    expect(snapshotFill(machine, activeSnapshots(machine)[0]!)).toEqual({
      usedSectors: (2 + 256 + 1) * 8,
      totalSectors: 4 * mebibyte,
      metadataSectors: 24,
    });
  });

  it('becomes invalid when it is full: reads fail, the origin lives on', () => {
    const { machine, pair } = withFileSystem(64);
    const heard: string[] = [];
    machine.kernelListeners.push((event) => {
      if (event.kind === 'snapshot-invalid') heard.push(event.map.name);
    });
    noteFileSystemWrite(machine, pair.origin, 64 * 512);
    expect(heard).toEqual(['origin-snapshot']);
    expect(() => contentOn(machine, pair.snapshot)).toThrow(/input\/output/);
    expect(contentOn(machine, pair.origin)?.fit).toBe('whole');
  });

  it('lives through a reboot in its copy-on-write area', () => {
    const { machine, pair } = withFileSystem(mebibyte);
    put(machine, pair.origin, 4 * mebibyte);
    for (const name of ['origin-snapshot', 'origin-cow', 'origin', 'origin-real']) {
      removeMap(machine, name);
    }
    const again = snapshotPair(machine, 'origin', 0, mebibyte);
    expect(contentOn(machine, again.snapshot)?.content).toMatchObject({
      image: { superblock: { sizeBytes: 8 * mebibyte * 512 } },
    });
  });
});

describe('a file system over two snapshots', () => {
  function joined(machine: Machine, name: string, first: string, second: string): string {
    const size = 8 * mebibyte;
    return map(machine, name, [linear(0, size, 0, first), linear(size, size, 0, second)]);
  }

  function setUp(between: (machine: Machine, live: string) => void): {
    machine: Machine;
    shown: string;
  } {
    const machine = newMachine();
    const live = map(machine, 'live', [
      linear(0, 8 * mebibyte, 0),
      linear(8 * mebibyte, 8 * mebibyte, 8 * mebibyte),
    ]);
    put(machine, live, 16 * mebibyte);
    const one = snapshotPair(machine, 'one', 0, mebibyte);
    between(machine, live);
    const two = snapshotPair(machine, 'two', 8 * mebibyte, mebibyte);
    return { machine, shown: joined(machine, 'shown', one.snapshot, two.snapshot) };
  }

  it('is whole when nothing was written between the two', () => {
    const { machine, shown } = setUp(() => undefined);
    expect(contentOn(machine, shown)?.fit).toBe('whole');
  });

  it('is torn when something was', () => {
    const { machine, shown } = setUp((m, live) => {
      noteFileSystemWrite(m, live, 4096);
    });
    expect(contentOn(machine, shown)?.fit).toBe('torn');
  });
});
