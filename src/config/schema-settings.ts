import { z } from 'zod';
import { builtInDefaults } from './builtin-defaults.js';
import {
  bandwidthSchema,
  maxDurationSchema,
  pauseLimitSchema,
  shareSchema,
  snapshotMaxSizeSchema,
  snapshotSizeSchema,
  stallTimeoutSchema,
  thinPoolLimitSchema,
} from './schema-values.js';

const maxDeletes = z
  .strictObject({
    share: shareSchema.optional(),
    count: z
      .int()
      .min(0)
      .optional()
      .meta({
        description: 'Number of entries.',
        examples: [100_000],
        default: builtInDefaults.maxDeletesCount,
      }),
  })
  .meta({
    description:
      'How much one pass may delete in one file system of a target. More than either limit leaves that target as it is. Emptying a file system is refused always.',
    examples: [{ share: '30%', count: 100_000 }],
  });

/** Keys of `defaults`, and of each guest. */
export const settingsShape = {
  snapshotSize: snapshotSizeSchema.optional(),
  snapshotMaxSize: snapshotMaxSizeSchema.optional(),
  thinPoolLimit: thinPoolLimitSchema.optional(),
  withoutSnapshot: z
    .array(
      z.string().regex(/^[A-Za-z0-9][A-Za-z0-9:._-]{0,63}$/, "expected the guest's name of a disk"),
    )
    .optional()
    .meta({
      description:
        'Disks, by the names that the guest has for them, that are read as they are, without a snapshot, also while the guest runs and writes to them: what is copied may be of no single moment, and damaged. For disks that hardly change. A guest that is shut off needs no entry.',
      examples: [['xvdb']],
      default: [],
    }),
  exclude: z
    .array(
      z
        .string()
        .min(1, 'an empty pattern')
        .regex(/^[^\u0000-\u001f\u007f-\u009f]+$/, 'a control character in a pattern'),
    )
    .optional()
    .meta({
      description:
        "What is not copied: rsync patterns anchored at the guest's root, whatever file system a path lies on. The list of a guest replaces that of the defaults.",
      examples: [['/tmp/*', '/var/cache/*']],
      default: builtInDefaults.exclude,
    }),
  mode: z
    .enum(['files', 'blocks'])
    .optional()
    .meta({
      description: 'How the guest is brought over.',
      enumDescriptions: [
        'File systems file by file, all else by blocks: what differs is sent.',
        'Every disk by blocks, without a look inside; nothing of the guest is mounted.',
      ],
      default: builtInDefaults.mode,
    }),
  consistency: z
    .enum(['none', 'pause', 'freeze'])
    .optional()
    .meta({
      description: 'What happens to the guest while all its snapshots are taken.',
      enumDescriptions: [
        'Nothing: each disk is as after a power cut; several disks may differ by moments.',
        'The guest is paused for the moment, so that all its disks show one instant.',
        'File systems are frozen by the guest agent where one answers, else the guest is paused.',
      ],
      default: builtInDefaults.consistency,
    }),
  pauseLimit: pauseLimitSchema.optional(),
  maxDeletes: maxDeletes.optional(),
  bandwidthLimit: bandwidthSchema.optional(),
  ioClass: z
    .enum(['idle', 'best-effort', 'none'])
    .optional()
    .meta({
      description: 'Priority of reading on the source host (ionice).',
      enumDescriptions: [
        'Only when nobody else reads.',
        'As everybody else.',
        'ionice is not used.',
      ],
      default: builtInDefaults.ioClass,
    }),
  stallTimeout: stallTimeoutSchema.optional(),
  maxDuration: maxDurationSchema.optional(),
};
