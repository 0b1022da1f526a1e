import fc from 'fast-check';

/** What a device bears, without a name yet. `pv0`: a physical volume of the first group. */
type Bears = (typeof fileSystemTypes)[number] | 'swap' | 'blank' | 'pv0' | 'pv1';

export interface RandomDisk {
  readonly kind: 'whole' | 'msdos' | 'gpt';
  /** What its partitions bear; of `whole` only the first counts. */
  readonly slots: readonly Bears[];
  /** On msdos: how many of the slots are primary partitions; the rest are logical. */
  readonly primaries: number;
}

export interface RandomVolume {
  readonly bears: Exclude<Bears, 'pv0' | 'pv1'>;
  readonly extents: number;
  readonly striped: boolean;
}

/** A guest's disks, what is on them, and how its fstab speaks of them. */
export interface RandomLayout {
  readonly prefix: 'xvd' | 'sd' | 'hd' | 'vd';
  /** Of the hosts' disks, and so of all on them. */
  readonly sectorSize: 512 | 4096;

  readonly disks: readonly RandomDisk[];
  readonly groups: readonly (readonly RandomVolume[])[];
  readonly fstab: {
    readonly kind: 'present' | 'absent';
    /** Chooses the root, mount points, the way of naming and the order of the lines. */
    readonly seed: number;
  };
}

const fileSystemTypes = ['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'vfat'] as const;

/** Names that have surprised tools: hyphens double in device-mapper, dots and digits mislead. */
export const groupNames = ['VolGroup00', 'web-01.vg'] as const;
export const volumeNames = ['LogVolDomU1', 'web-01.disk2', 'root', 'a--b', 'p1'] as const;

const plain = fc.constantFrom(...fileSystemTypes, 'swap', 'blank');
const bears: fc.Arbitrary<Bears> = fc.oneof(
  { weight: 5, arbitrary: plain },
  { weight: 2, arbitrary: fc.constant('pv0') },
  { weight: 1, arbitrary: fc.constant('pv1') },
);

const disk: fc.Arbitrary<RandomDisk> = fc.record({
  kind: fc.constantFrom('whole', 'msdos', 'gpt'),
  slots: fc.array(bears, { minLength: 1, maxLength: 4 }),
  primaries: fc.integer({ min: 1, max: 3 }),
});

const volume: fc.Arbitrary<RandomVolume> = fc.record({
  bears: plain,
  extents: fc.integer({ min: 1, max: 5 }),
  striped: fc.boolean(),
});

const volumes = fc.array(volume, { minLength: 1, maxLength: volumeNames.length });

/** Any guest that an operator might have, within reason. */
export const anyLayout: fc.Arbitrary<RandomLayout> = fc.record({
  prefix: fc.constantFrom('xvd', 'sd', 'hd', 'vd'),
  sectorSize: fc.constantFrom(512, 4096),
  disks: fc.array(disk, { minLength: 1, maxLength: 3 }),
  groups: fc.tuple(volumes, volumes),
  fstab: fc.record({
    kind: fc.constantFrom('present', 'present', 'present', 'absent'),
    seed: fc.nat(),
  }),
});
