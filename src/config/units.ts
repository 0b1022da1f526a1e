import type { SnapshotSize } from '../core/model/index.js';

/** A value read from text, or what is wrong with the text. */
export type Reading<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'wrong'; readonly message: string };

const kibibyte = 1024;
const mebibyte = kibibyte ** 2;

const bytesOfPrefix: Readonly<Record<string, number>> = {
  '': 1,
  k: kibibyte,
  m: mebibyte,
  g: kibibyte ** 3,
  t: kibibyte ** 4,
};

const millisecondsOfUnit: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  min: 60_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

// Node's timers hold 31 bits of milliseconds; a longer one would fire at once.
const longestDurationMs = 24 * 86_400_000;

// Without flags, so that the JSON schema can carry the very same expressions.
/** A size: `20G`, `20GiB`, `1.5T`, `4096B`, `4096`. */
export const sizePattern = /^[0-9]+(\.[0-9]+)? ?([KMGTkmgt](iB)?|B)?$/;
/** A size, or a share of the origin: `20%`. */
export const snapshotSizePattern = /^[0-9]+(\.[0-9]+)? ?(%|[KMGTkmgt](iB)?|B)?$/;
/** A share: `30%`. */
export const percentPattern = /^[0-9]+(\.[0-9]+)? ?%$/;
/** A rate per second: `10M`, `10MiB/s`. */
export const bandwidthPattern = /^[0-9]+(\.[0-9]+)? ?([KMGTkmgt](iB)?|B)?(\/s)?$/;
/** A duration: `0`, `30s`, `1h30m`. */
export const durationPattern = /^(0|([0-9]+(\.[0-9]+)?(ms|s|min|m|h|d))+)$/;

const wrong = (message: string) => ({ kind: 'wrong', message }) as const;

/** Bytes of a size. Binary units only: `1G` is `1GiB` is 2^30. */
export function readSize(text: string): Reading<number> {
  const match = /^([0-9]+(?:\.[0-9]+)?) ?(?:([KMGTkmgt])(?:iB)?|B)?$/.exec(text);
  if (match === null) {
    const decimal = /^[0-9.]+ ?[KMGTkmgt][Bb]$/.test(text);
    return wrong(
      decimal
        ? 'units are binary: write G or GiB (2^30 bytes), not GB'
        : 'expected a size such as 20G or 512MiB',
    );
  }
  const [, amount = '', prefix = ''] = match;
  const bytes = Math.ceil(Number(amount) * (bytesOfPrefix[prefix.toLowerCase()] ?? 1));
  return Number.isSafeInteger(bytes) ? { kind: 'value', value: bytes } : wrong('too large');
}

/** Percent of a share, 0 to 100. */
export function readPercent(text: string): Reading<number> {
  if (!percentPattern.test(text)) return wrong('expected a share such as 30%');
  const percent = Number.parseFloat(text);
  return percent <= 100 ? { kind: 'value', value: percent } : wrong('must be 100% or less');
}

/** Percent of a thin pool: at least one, and never all of it. */
export function readThinPoolLimit(text: string): Reading<number> {
  const percent = readPercent(text);
  if (percent.kind === 'wrong') return wrong('expected a share such as 90%');
  return percent.value >= 1 && percent.value <= 99 ? percent : wrong('must be between 1% and 99%');
}

/** Room for a snapshot: a size or a share of the origin. */
export function readSnapshotSize(text: string): Reading<SnapshotSize> {
  if (text.endsWith('%')) return readShareOfOrigin(text);
  const size = readSize(text);
  if (size.kind === 'wrong') {
    return wrong(size.message.replace('expected a size such as', 'expected 20%, or'));
  }
  // Nobody means twenty bytes; LVM would round them up to one extent and the snapshot would break.
  if (size.value < mebibyte) {
    return wrong('less than 1 MiB; write the unit: 20% of the origin, or 20G');
  }
  return { kind: 'value', value: { kind: 'bytes', bytes: size.value } };
}

function readShareOfOrigin(text: string): Reading<SnapshotSize> {
  const match = /^([0-9]+(?:\.[0-9]+)?) ?%$/.exec(text);
  const percent = Number(match?.[1] ?? 'NaN');
  // More than 100 % has a meaning (room for the snapshot's own tables); LVM caps it by itself.
  return percent > 0 && percent <= 200
    ? { kind: 'value', value: { kind: 'percent-of-origin', percent } }
    : wrong('must be more than 0% and at most 200%');
}

/** Milliseconds of a duration; 0 for `0`. At most 24 days. */
export function readDuration(text: string): Reading<number> {
  if (!durationPattern.test(text)) {
    return wrong('expected a duration with its unit, such as 30s, 2h or 1h30m, or 0');
  }
  let milliseconds = 0;
  for (const [, amount = '', unit = ''] of text.matchAll(/([0-9.]+)(ms|s|min|m|h|d)/g)) {
    milliseconds += Number(amount) * (millisecondsOfUnit[unit] ?? 0);
  }
  return milliseconds <= longestDurationMs
    ? { kind: 'value', value: Math.round(milliseconds) }
    : wrong('must be 24d or less');
}

/** Milliseconds after which a silent connection is given up: 30 s to 4 days, never without end. */
export function readStallTimeout(text: string): Reading<number> {
  const reading = readDuration(text);
  if (reading.kind === 'wrong') return wrong('expected a duration with its unit, such as 10m');
  if (reading.value < 30_000) return wrong('must be 30s or more: a copy must have an end');
  return reading.value <= 4 * 86_400_000 ? reading : wrong('must be 4d or less');
}

/** Milliseconds for which a guest may stand still: a second to ten minutes. */
export function readPauseLimit(text: string): Reading<number> {
  const duration = readDuration(text);
  if (duration.kind === 'wrong') return wrong('expected a duration with its unit, such as 30s');
  return duration.value >= 1_000 && duration.value <= 600_000
    ? duration
    : wrong('must be between 1s and 10min');
}

/**
 * KiB per second. A number without a unit counts KiB, as rsync's `--bwlimit` does; with a unit it
 * is a size per second.
 */
export function readBandwidth(text: string): Reading<number> {
  const size = text.replace(/\/s$/, '');
  if (/^[0-9]+$/.test(size)) return readWholeKibibytes(Number(size));
  const bytes = readSize(size);
  if (bytes.kind === 'wrong') {
    return wrong(bytes.message.replace('a size such as 20G or 512MiB', 'a rate such as 10M'));
  }
  return readWholeKibibytes(Math.ceil(bytes.value / kibibyte));
}

function readWholeKibibytes(value: number): Reading<number> {
  return Number.isSafeInteger(value) ? { kind: 'value', value } : wrong('too large');
}
