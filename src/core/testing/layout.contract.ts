import fc from 'fast-check';
import type { Content, PartitionEntry } from '../model/index.js';

/** What a guest's disks bear, from top to bottom: the truth that discovery has to find. */
export interface Layout {
  readonly disks: ReadonlyMap<string, LayoutDevice>;
  readonly groups: readonly LayoutGroup[];
}

export interface LayoutGroup {
  readonly name: string;
  readonly uuid: string;
  readonly volumes: readonly { readonly name: string; readonly device: LayoutDevice }[];
}

export interface LayoutDevice {
  readonly sizeBytes: number;
  readonly body: LayoutBody;
}

export type LayoutBody =
  | { readonly kind: 'leaf'; readonly content: Content }
  | {
      readonly kind: 'table';
      readonly label: 'msdos' | 'gpt';
      readonly partitions: readonly LayoutPartition[];
    }
  /** A physical volume of the group of this index. */
  | { readonly kind: 'physical-volume'; readonly group: number };

export interface LayoutPartition {
  readonly entry: PartitionEntry;
  /** Absent for an extended partition. */
  readonly device?: LayoutDevice;
}

export const mebibyte = 1024 * 1024;

/** A device with a file system. */
export function fileSystem(type: string, uuid: string, label?: string): LayoutDevice {
  const content: Content = {
    kind: 'file-system',
    type,
    uuid,
    ...(label === undefined ? {} : { label }),
  };
  return { sizeBytes: 100 * mebibyte, body: { kind: 'leaf', content } };
}

/** A device with swap. */
export function swap(uuid: string): LayoutDevice {
  return { sizeBytes: 64 * mebibyte, body: { kind: 'leaf', content: { kind: 'swap', uuid } } };
}

/** A physical volume of the group of this index. */
export function physicalVolume(group = 0): LayoutDevice {
  return { sizeBytes: 1024 * mebibyte, body: { kind: 'physical-volume', group } };
}

/** A disk with primary partitions, one for each device given. */
export function partitioned(
  label: 'msdos' | 'gpt',
  devices: readonly LayoutDevice[],
): LayoutDevice {
  let startBytes = mebibyte;
  const partitions = devices.map((device, index): LayoutPartition => {
    const entry: PartitionEntry = {
      number: index + 1,
      startBytes,
      sizeBytes: device.sizeBytes,
      kind: 'primary',
      flags: [],
    };
    startBytes += device.sizeBytes;
    return { entry, device };
  });
  return { sizeBytes: startBytes + mebibyte, body: { kind: 'table', label, partitions } };
}

/** The article's guest: /boot on a partition, root and swap in a volume group beside it. */
export function articleLayout(): Layout {
  return {
    disks: new Map([
      ['xvda', partitioned('msdos', [fileSystem('ext3', 'aaaa-boot', '/boot'), physicalVolume()])],
    ]),
    groups: [
      {
        name: 'VolGroup00',
        uuid: 'VG-0',
        volumes: [
          { name: 'LogVol00', device: fileSystem('ext3', 'aaaa-root', 'root') },
          { name: 'LogVol01', device: swap('aaaa-swap') },
        ],
      },
    ],
  };
}

/** The same layout with one group's volume devices, or one disk, replaced. */
export function withDisk(layout: Layout, target: string, device: LayoutDevice): Layout {
  return { ...layout, disks: new Map([...layout.disks, [target, device]]) };
}

const types = ['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'vfat'];

/** How often a device of a generated layout may nest further ones. */
const deepest = 2;

/**
 * Any guest that can be opened: tables in disks and volumes, logical partitions, volume groups over
 * several disks and on volumes of other groups, swap, blank space.
 */
export const anyLayout: fc.Arbitrary<Layout> = fc
  .record({
    disks: fc.array(shape(deepest), { minLength: 1, maxLength: 3 }),
    groups: fc.array(fc.array(shape(1), { minLength: 1, maxLength: 3 }), { maxLength: 3 }),
    prefix: fc.constantFrom('xvd', 'sd', 'hd', 'vd'),
  })
  .map(({ disks, groups, prefix }) => new LayoutBuilder(groups).build(disks, prefix));

type Shape =
  | { readonly kind: 'file-system'; readonly type: string }
  | { readonly kind: 'swap' | 'blank' | 'physical-volume' }
  | {
      readonly kind: 'table';
      readonly label: 'msdos' | 'gpt';
      readonly parts: readonly Shape[];
      readonly logical: readonly Shape[];
    };

function shape(depth: number): fc.Arbitrary<Shape> {
  const leaves: fc.Arbitrary<Shape>[] = [
    fc.constantFrom(...types).map((type) => ({ kind: 'file-system', type })),
    fc.constantFrom('swap', 'blank', 'physical-volume').map((kind) => ({ kind })),
  ];
  if (depth === 0) return fc.oneof(...leaves);
  const parts = fc.array(shape(depth - 1), { maxLength: 3 });
  const table: fc.Arbitrary<Shape> = fc.record({
    kind: fc.constant('table'),
    label: fc.constantFrom('msdos', 'gpt'),
    parts,
    logical: parts,
  });
  return fc.oneof(...leaves, table);
}

class LayoutBuilder {
  readonly #groupShapes: readonly (readonly Shape[])[];
  readonly #used = new Set<number>();
  #serial = 0;
  #nextGroup = 0;

  constructor(groupShapes: readonly (readonly Shape[])[]) {
    this.#groupShapes = groupShapes;
  }

  build(disks: readonly Shape[], prefix: string): Layout {
    const opened = new Map(
      disks.map((disk, index) => [`${prefix}${'abc'[index] ?? 'z'}`, this.#device(disk, 0)]),
    );
    // Groups in order: the volumes of one may bear physical volumes of later ones only.
    const groups: LayoutGroup[] = [];
    this.#groupShapes.forEach((volumes, index) => {
      const devices = this.#used.has(index)
        ? volumes.map((volume, number) => ({
            name: `lv-${String(number)}.x`,
            device: this.#device(volume, index + 1),
          }))
        : [];
      groups.push({ name: `vg-${String(index)}`, uuid: `VG-${String(index)}`, volumes: devices });
    });
    return { disks: opened, groups };
  }

  /** @param firstGroup - the lowest group a physical volume here may belong to. */
  #device(from: Shape, firstGroup: number): LayoutDevice {
    this.#serial += 1;
    const uuid = `uuid-${String(this.#serial)}`;
    const sizeBytes = (64 + this.#serial) * mebibyte;
    switch (from.kind) {
      case 'file-system':
        return { ...fileSystem(from.type, uuid), sizeBytes };
      case 'swap':
        return { ...swap(uuid), sizeBytes };
      case 'blank':
        return { sizeBytes, body: { kind: 'leaf', content: { kind: 'blank' } } };
      case 'physical-volume': {
        const choices = this.#groupShapes.length - firstGroup;
        if (choices <= 0) return { sizeBytes, body: { kind: 'leaf', content: { kind: 'blank' } } };
        const group = firstGroup + (this.#nextGroup % choices);
        this.#nextGroup += 1;
        this.#used.add(group);
        return { sizeBytes, body: { kind: 'physical-volume', group } };
      }
      case 'table':
        return this.#table(from, firstGroup);
    }
  }

  #table(from: Shape & { readonly kind: 'table' }, firstGroup: number): LayoutDevice {
    const devices = from.parts.map((part) => this.#device(part, firstGroup));
    const primary = partitioned(from.label, devices);
    if (from.label === 'gpt' || from.logical.length === 0) return primary;
    const inner = from.logical.map((part) => this.#device(part, firstGroup));
    const innerBytes = inner.reduce((sum, { sizeBytes }) => sum + sizeBytes + mebibyte, 0);
    let startBytes = primary.sizeBytes;
    const entry = { startBytes, sizeBytes: innerBytes, kind: 'extended', flags: [] } as const;
    const extended: LayoutPartition = { entry: { ...entry, number: 4 } };
    const logical = inner.map((device, index): LayoutPartition => {
      startBytes += mebibyte;
      const { sizeBytes } = device;
      const place = { startBytes, sizeBytes, kind: 'logical', flags: [] } as const;
      startBytes += sizeBytes;
      return { entry: { ...place, number: 5 + index }, device };
    });
    const partitions = primary.body.kind === 'table' ? primary.body.partitions : [];
    return {
      sizeBytes: primary.sizeBytes + innerBytes,
      body: { kind: 'table', label: 'msdos', partitions: [...partitions, extended, ...logical] },
    };
  }
}
