import { z } from 'zod';
import { builtInDefaults } from './builtin-defaults.js';
import { addressPattern, pathPattern, userPattern } from './names.js';
import {
  bandwidthPattern,
  durationPattern,
  percentPattern,
  type Reading,
  readBandwidth,
  readDuration,
  readPauseLimit,
  readPercent,
  readSnapshotSize,
  readStallTimeout,
  readThinPoolLimit,
  snapshotSizePattern,
} from './units.js';

interface TextOrNumber<T> {
  /** Stands in the JSON schema, where an editor uses it. */
  readonly pattern: RegExp;
  /** Decides, and says what is wrong. */
  readonly read: (text: string) => Reading<T>;
  /** Which numbers may stand without a unit. */
  readonly number: z.ZodType<number, number>;
  /** What is said to a list, a map, or a number that may not stand so. */
  readonly expected: string;
  readonly meta: {
    readonly description: string;
    readonly examples: (string | number)[];
    readonly default: string | number;
  };
}

/** A value that is written as text or as a number. */
function textOrNumber<T>({ pattern, read, number, expected, meta }: TextOrNumber<T>) {
  return z
    .union([textLike(pattern, read), number], { error: expected })
    .meta(meta)
    .transform((value, context) => addReading(read(String(value)), value, context));
}

function textLike<T>(pattern: RegExp, read: (text: string) => Reading<T>, expected?: string) {
  return z.string(expected).regex(pattern, {
    abort: true,
    error: (issue) => {
      const reading = read(String(issue.input));
      return reading.kind === 'wrong' ? reading.message : undefined;
    },
  });
}

function addReading<T>(reading: Reading<T>, input: unknown, context: z.core.$RefinementCtx): T {
  if (reading.kind === 'value') return reading.value;
  context.issues.push({ code: 'custom', input, message: reading.message });
  return z.NEVER;
}

const snapshotRoom = {
  pattern: snapshotSizePattern,
  read: readSnapshotSize,
  // As readSnapshotSize has it: fewer bytes are a forgotten unit.
  number: z.int().min(1024 ** 2, 'less than 1 MiB; write the unit: 20% of the origin, or 20G'),
  expected: 'expected 20% (of the origin), or a size such as 20G',
};

export const snapshotSizeSchema = textOrNumber({
  ...snapshotRoom,
  meta: {
    description:
      'Room for each snapshot of a thick volume, as a share of its origin or as a size (1G = 1GiB = 2^30 bytes). A snapshot that overflows ends the run before anything is deleted. Rounded up to extents, never above what LVM can use. Thin volumes need no room.',
    examples: ['20%', '20G', '512MiB'],
    default: builtInDefaults.snapshotSize,
  },
});

export const snapshotMaxSizeSchema = textOrNumber({
  ...snapshotRoom,
  meta: {
    description:
      'How large each snapshot may become while it is read, written as snapshotSize: one that fills is extended in time, from free extents of its volume group, which return when the run ends. Where it cannot grow the run stops before the snapshot overflows. Not larger than snapshotSize: it never grows.',
    examples: ['100%', '40G'],
    default: builtInDefaults.snapshotMaxSize,
  },
});

export const thinPoolLimitSchema = textLike(
  percentPattern,
  readThinPoolLimit,
  'expected a share such as 90%',
)
  .meta({
    description:
      "How full the pool of a thin volume may be, its data and its metadata, on the source and on targets: above this a guest's volumes in it are not touched, and a copy that is at work is ended. A pool that is full stops every guest that lies in it.",
    examples: ['90%'],
    default: builtInDefaults.thinPoolLimit,
  })
  .transform((text, context) => addReading(readThinPoolLimit(text), text, context));

export const shareSchema = textLike(percentPattern, readPercent, 'expected a share such as 30%')
  .meta({
    description: 'Share of the entries of the target file system.',
    examples: ['30%'],
    default: builtInDefaults.maxDeletesShare,
  })
  .transform((text, context) => addReading(readPercent(text), text, context));

export const bandwidthSchema = textOrNumber({
  pattern: bandwidthPattern,
  read: readBandwidth,
  number: z.int().min(0),
  expected: 'expected a rate such as 10M, or 0',
  meta: {
    description:
      'Limit of what rsync sends, per second and target: 10M is 10 MiB/s. A number without a unit counts KiB, as rsync itself does. 0: unlimited.',
    examples: [0, '10M', '512K'],
    default: builtInDefaults.bandwidthLimit,
  },
});

export const maxDurationSchema = textOrNumber({
  pattern: durationPattern,
  read: readDuration,
  number: z.literal(0),
  expected: 'expected a duration with its unit, such as 30s, 2h or 1h30m, or 0',
  meta: {
    description:
      'Longest time for one guest, as 30s, 2h or 1h30m; then it is torn down in order and counts as failed. 0: no limit.',
    examples: ['2h', '30m', 0],
    default: builtInDefaults.maxDuration,
  },
});

export const stallTimeoutSchema = textLike(
  durationPattern,
  readStallTimeout,
  'expected a duration with its unit, such as 10m',
)
  .meta({
    description:
      "A copy over whose connection nothing moves for this long is given up (rsync's --timeout), at least 30s. One that says nothing at all is ended after six times as long, because reading long lists and large files is silent work.",
    examples: ['10m', '1h'],
    default: builtInDefaults.stallTimeout,
  })
  .transform((text, context) => addReading(readStallTimeout(text), text, context));

export const pauseLimitSchema = textLike(
  durationPattern,
  readPauseLimit,
  'expected a duration such as 30s',
)
  .meta({
    description:
      'Longest time for which a guest stands still for its snapshots, 1s to 10min. A timer on its host, armed before, then lets it go on, whatever has become of xen-backup; a guest whose snapshots were not complete by then is not replicated.',
    examples: ['30s', '2min'],
    default: builtInDefaults.pauseLimit,
  })
  .transform((text, context) => addReading(readPauseLimit(text), text, context));

/** A name whose rule is a function; the expression is the part of it that an editor can check. */
export function nameSchema(pattern: RegExp, problem: (name: string) => string | undefined) {
  return z
    .string()
    .regex(pattern, { abort: true, error: (issue) => problem(String(issue.input)) })
    .superRefine((name, context) => {
      const message = problem(name);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    });
}

export const addressSchema = z.string().regex(addressPattern, 'expected a host name or an address');

export const portSchema = z
  .int({ error: 'expected a port number' })
  .min(1, 'expected a port number, 1 to 65535')
  .max(65_535, 'expected a port number, 1 to 65535');

export const userSchema = z.string().regex(userPattern, 'expected a login name');

export const filePathSchema = z
  .string()
  .regex(pathPattern, 'expected an absolute path, or one that begins with ~/');
