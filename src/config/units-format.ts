import type { SnapshotSize } from '../core/model/index.js';

const binaryUnits = [
  ['T', 1024 ** 4],
  ['G', 1024 ** 3],
  ['M', 1024 ** 2],
  ['K', 1024],
] as const;

const durationUnits = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/** A size in the largest unit that holds it exactly: `20G`, `1536M`, `4097B`. */
export function formatSize(bytes: number): string {
  const unit = binaryUnits.find(([, size]) => bytes >= size && bytes % size === 0);
  return unit === undefined ? `${bytes}B` : `${bytes / unit[1]}${unit[0]}`;
}

/** A snapshot's room as the configuration writes it. */
export function formatSnapshotSize(size: SnapshotSize): string {
  return size.kind === 'bytes' ? formatSize(size.bytes) : `${decimal(size.percent)}%`;
}

/** A share as the configuration writes it. */
export function formatPercent(percent: number): string {
  return `${decimal(percent)}%`;
}

/** A duration in as few units as possible: `1h30m`, `250ms`; `0` stays a number. */
export function formatDuration(milliseconds: number): string | 0 {
  if (milliseconds === 0) return 0;
  let rest = milliseconds;
  let text = '';
  for (const [unit, length] of durationUnits) {
    const count = Math.floor(rest / length);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * length;
  }
  return text;
}

/** A rate as the configuration writes it; `0` stays a number. */
export function formatBandwidth(kibibytesPerSecond: number): string | 0 {
  return kibibytesPerSecond === 0 ? 0 : formatSize(kibibytesPerSecond * 1024);
}

// 1e-7 would not be read back.
function decimal(value: number): string {
  return value.toFixed(10).replace(/\.?0+$/, '');
}
