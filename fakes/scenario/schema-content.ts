import { z } from 'zod';
import { modeSchema, sectorSizeSchema, sizeSchema, timestampSchema } from './schema-values.js';

const attributes = {
  mode: modeSchema.optional(),
  uid: z.int().min(0).optional(),
  gid: z.int().min(0).optional(),
  modified: timestampSchema.optional(),
  xattrs: z.record(z.string(), z.string()).optional(),
  immutable: z.boolean().optional(),
};

const fileDetails = z
  .strictObject({
    ...attributes,
    text: z.string().optional(),
    base64: z.string().optional(),
    pattern: z.string().optional().meta({ description: 'Repeated until `size` is reached.' }),
    size: sizeSchema.optional(),
    allocated: sizeSchema.optional().meta({ description: 'Less than `size`: a sparse file.' }),
    directory: z.literal(true).optional(),
    count: z.int().min(1).max(100_000).optional().meta({
      description: 'A directory with so many files of `size` bytes each.',
    }),
    symlink: z.string().optional(),
    hardLink: z
      .string()
      .optional()
      .meta({ description: 'Path of the file it is another name of.' }),
    device: z
      .string()
      .regex(/^[bc] \d+ \d+$/, 'expected a device such as "c 1 3"')
      .optional(),
    fifo: z.literal(true).optional(),
    socket: z.literal(true).optional(),
  })
  .refine((entry) => natures(entry).length <= 1, {
    message: 'an entry is only one of text, base64, pattern, directory, count, symlink, ...',
  });

function natures(entry: object): readonly string[] {
  const kinds = [
    'text',
    'base64',
    'pattern',
    'directory',
    'count',
    'symlink',
    'hardLink',
    'device',
    'fifo',
    'socket',
  ];
  return kinds.filter((kind) => Object.hasOwn(entry, kind));
}

/** What stands at a path: text, nothing (removed), or an entry with its attributes. */
export const fileSchema = z.union([z.string(), z.null(), fileDetails]).meta({
  description: 'Text of a file, null for nothing at all, or an entry with its attributes.',
});

export const filesSchema = z
  .record(z.string().regex(/^\//, 'a path begins with a slash'), fileSchema)
  .meta({ description: 'Entries by path from the root of this file system.' });

const uuid = z.string().min(1).optional();
const label = z.string().optional();

const fileSystemSchema = z.strictObject({
  fileSystem: z
    .enum(['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'vfat'])
    .meta({ description: 'Type of the file system, as blkid names it.' }),
  uuid,
  label,
  size: sizeSchema.optional().meta({ description: 'Default: all of the device.' }),
  journal: z.enum(['clean', 'dirty']).optional(),
  unknownFeatures: z.enum(['incompatible', 'read-only-compatible']).optional().meta({
    description: 'It has features that the kernels of the hosts do not know.',
  }),
  deviceUuid: uuid.meta({ description: 'btrfs: which of its devices this one is (UUID_SUB).' }),
  otherDevices: z.array(z.string().min(1)).optional().meta({
    description: 'btrfs: UUID_SUB of its other devices, which stand there as `other: btrfs`.',
  }),
  subvolumes: z.array(z.string().regex(/^\//, 'a path begins with a slash')).optional().meta({
    description: 'btrfs: directories that are subvolumes.',
  }),
  files: filesSchema.optional(),
});

const firstExtentSchema = sizeSchema.optional().meta({
  description: 'Where the first extent lies on the device. Default: 1MiB.',
});

const swapSchema = z.strictObject({ swap: z.literal(true), uuid, label });

const otherSchema = z.strictObject({
  other: z.string().min(1).meta({ description: 'As blkid prints TYPE: ntfs, crypto_LUKS...' }),
  usage: z.enum(['filesystem', 'raid', 'crypto', 'other']).optional(),
  uuid,
  deviceUuid: uuid.meta({ description: 'UUID_SUB, for a further device of a btrfs.' }),
  label,
  digest: z.string().optional().meta({ description: 'Stands for its bytes.' }),
});

const memberSchema = z.strictObject({
  physicalVolumeOf: z.string().min(1).meta({
    description: 'This device is one more physical volume of that volume group of the same guest.',
  }),
  uuid,
  firstExtent: firstExtentSchema,
});

const unusedSchema = z.strictObject({
  physicalVolume: z.literal('unused').meta({ description: 'A physical volume in no group.' }),
  uuid,
});

const segmentSchema = z.strictObject({
  size: sizeSchema,
  stripeSize: sizeSchema.optional().meta({ description: 'For a striped segment.' }),
  areas: z
    .array(
      z.strictObject({
        physicalVolume: z.string().min(1).meta({ description: 'Its UUID.' }),
        extent: z.int().min(0).meta({ description: 'Number of the first extent there.' }),
      }),
    )
    .min(1)
    .meta({ description: 'One is linear, more are striped.' }),
});

export type ContentInput =
  | z.output<typeof fileSystemSchema>
  | z.output<typeof swapSchema>
  | z.output<typeof otherSchema>
  | z.output<typeof memberSchema>
  | z.output<typeof unusedSchema>
  | TableInput
  | GroupInput;

export interface PartitionInput {
  readonly size: number | 'rest';
  readonly kind?: 'primary' | 'extended' | 'logical' | undefined;
  readonly start?: number | undefined;
  readonly type?: string | undefined;
  readonly name?: string | undefined;
  readonly uuid?: string | undefined;
  readonly bootable?: boolean | undefined;
  readonly content?: ContentInput | undefined;
}

export interface TableInput {
  readonly table: 'msdos' | 'gpt';
  readonly uuid?: string | undefined;
  readonly sectorSize?: 512 | 4096 | undefined;
  readonly partitions: Readonly<Record<string, PartitionInput>>;
}

export interface GuestVolumeInput {
  readonly size: number;
  readonly uuid?: string | undefined;
  readonly stripes?: number | undefined;
  readonly stripeSize?: number | undefined;
  readonly segments?: readonly z.output<typeof segmentSchema>[] | undefined;
  readonly content?: ContentInput | undefined;
}

export interface GroupInput {
  readonly volumeGroup: string;
  readonly uuid?: string | undefined;
  readonly physicalVolumeUuid?: string | undefined;
  readonly firstExtent?: number | undefined;
  readonly extentSize?: number | undefined;
  readonly volumes: Readonly<Record<string, GuestVolumeInput>>;
}

const partitionSchema: z.ZodType<PartitionInput> = z.strictObject({
  size: z
    .union([z.literal('rest'), sizeSchema])
    .meta({ description: 'Size, or `rest` of the disk.' }),
  kind: z.enum(['primary', 'extended', 'logical']).optional(),
  start: sizeSchema.optional().meta({ description: 'Default: behind the one before, on a MiB.' }),
  type: z.string().optional().meta({ description: '0x83, 0x8e, or a GPT type GUID.' }),
  name: z.string().optional().meta({ description: 'GPT name (PARTLABEL).' }),
  uuid,
  bootable: z.boolean().optional(),
  get content() {
    return contentSchema.optional();
  },
});

const guestVolumeSchema: z.ZodType<GuestVolumeInput> = z.strictObject({
  size: sizeSchema,
  uuid,
  stripes: z.int().min(2).optional(),
  stripeSize: sizeSchema.optional(),
  segments: z
    .array(segmentSchema)
    .min(1)
    .optional()
    .meta({ description: 'Where exactly it lies. Default: the first free extents.' }),
  get content() {
    return contentSchema.optional();
  },
});

const tableSchema: z.ZodType<TableInput> = z.strictObject({
  table: z.enum(['msdos', 'gpt']),
  uuid,
  sectorSize: sectorSizeSchema.optional().meta({
    description: 'Sectors the table counts in, where the guest sees others than the host.',
  }),
  partitions: z.record(z.string().regex(/^\d{1,3}$/, 'partitions have numbers'), partitionSchema),
});

const groupSchema: z.ZodType<GroupInput> = z.strictObject({
  volumeGroup: z
    .string()
    .min(1)
    .meta({ description: 'The device is its (first) physical volume.' }),
  uuid,
  physicalVolumeUuid: uuid,
  firstExtent: firstExtentSchema,
  extentSize: sizeSchema.optional(),
  volumes: z.record(z.string(), guestVolumeSchema),
});

/** What stands on a device. */
export const contentSchema: z.ZodType<ContentInput> = z
  .union(
    [
      fileSystemSchema,
      swapSchema,
      tableSchema,
      groupSchema,
      memberSchema,
      unusedSchema,
      otherSchema,
    ],
    {
      error:
        'expected one of fileSystem, swap, table (with partitions), volumeGroup (with volumes), ' +
        'physicalVolumeOf, physicalVolume, other; with no other keys than belong to it',
    },
  )
  .meta({ id: 'content', description: 'What stands on a device; nothing when absent.' });

export type FileInput = z.output<typeof fileSchema>;
export type FilesInput = z.output<typeof filesSchema>;
