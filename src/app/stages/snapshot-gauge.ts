import {
  type BlockFill,
  coveringBytes,
  fillSpeed,
  type FillReading,
  type FillVerdict,
  judgeFill,
  pauseBeforeNextLook,
  type SnapshotFill,
  type SnapshotReport,
  withReading,
} from '../../core/index.js';
import type { TakenSnapshot } from './open-disks.js';

/** What has been seen of one snapshot. */
export class SnapshotGauge {
  readonly snapshot: TakenSnapshot;
  growth: 'none' | 'possible' | 'at-work';
  /** Why it does not grow. */
  growthObstacle = 'it shares the room of its pool';
  #readings: readonly FillReading[] = [];
  #first: FillReading | undefined;
  #peakShare = 0;
  #peakUsed = 0;
  #told = '';
  readonly #poolLimit: number;

  /** @param poolLimit - of the pool of a thin one, 0 to 1 */
  constructor(snapshot: TakenSnapshot, growth: 'none' | 'possible', poolLimit = 1) {
    this.#poolLimit = poolLimit;
    this.snapshot = snapshot;
    this.growth = growth;
  }

  /** Of a thin one its pool: that is what fills. */
  get name(): string {
    const { volumeGroup, name, storage } = this.snapshot;
    return `${volumeGroup}/${storage.kind === 'thin' ? storage.pool : name}`;
  }

  /** Takes what one look has shown. */
  take(fill: SnapshotFill, atMs: number): void {
    const reading = { atMs, ...(fill.kind === 'invalid' ? this.#full() : levelOf(fill)) };
    this.#first ??= reading;
    this.#readings = withReading(this.#readings, reading);
    // Not of one reading: what has grown is less full with more in it.
    this.#peakShare = Math.max(this.#peakShare, shareOf(reading));
    this.#peakUsed = Math.max(this.#peakUsed, reading.used);
  }

  get last(): FillReading | undefined {
    return this.#readings.at(-1);
  }

  /** Per second, in the unit of the readings. */
  get speed(): number {
    return fillSpeed(this.#readings);
  }

  get peakShare(): number {
    return this.#peakShare;
  }

  /** Most of its room that was ever in use, in bytes; of thick ones only. */
  get peakUsedBytes(): number {
    return this.#peakUsed;
  }

  /** When to look again. */
  get pauseMs(): number {
    const { last } = this;
    return last === undefined ? 0 : pauseBeforeNextLook(last, this.speed);
  }

  judge(lookEveryMs: number): FillVerdict {
    const { last } = this;
    if (last === undefined || this.#coversOrigin(last.size)) return 'fine';
    if (this.snapshot.storage.kind === 'thin' && shareOf(last) > this.#poolLimit) return 'stop';
    return judgeFill(last, this.speed, lookEveryMs, this.growth);
  }

  /** True when the fill is another one, in whole percent, than when this was asked last. */
  isNews(): boolean {
    const { last } = this;
    const percent = last === undefined ? 0 : Math.round(100 * shareOf(last));
    const text = `${String(percent)} of ${String(last?.size)}`;
    const isNew = text !== this.#told;
    this.#told = text;
    return isNew;
  }

  report(): SnapshotReport {
    const { target, volumeGroup, origin, storage } = this.snapshot;
    const common = { disk: target, origin: `${volumeGroup}/${origin}`, peakShare: this.peakShare };
    const { last } = this;
    if (storage.kind === 'thin' || last === undefined || this.#first === undefined) return common;
    const seconds = Math.max(1, (last.atMs - this.#first.atMs) / 1000);
    return {
      ...common,
      bytesPerSecond: Math.max(0, Math.round((last.used - this.#first.used) / seconds)),
      sizeBytes: last.size,
      ...(last.size > storage.sizeBytes ? { grownFromBytes: storage.sizeBytes } : {}),
    };
  }

  /** What overflowed was full. */
  #full(): Omit<FillReading, 'atMs'> {
    const { storage } = this.snapshot;
    const size = this.last?.size ?? (storage.kind === 'thick' ? storage.sizeBytes : 1e6);
    return { used: size, size };
  }

  /** Room for every block of the origin: it cannot overflow, however full it gets. */
  #coversOrigin(sizeBytes: number): boolean {
    const { storage, originBytes } = this.snapshot;
    return storage.kind === 'thick' && sizeBytes >= coveringBytes(originBytes);
  }
}

/** 0 to 1. */
export function shareOf({ used, size }: Pick<FillReading, 'used' | 'size'>): number {
  return size === 0 ? 1 : used / size;
}

/** A pool is as full as the fuller of its data and its metadata. */
function levelOf(fill: Exclude<SnapshotFill, { kind: 'invalid' }>): Omit<FillReading, 'atMs'> {
  if (fill.kind === 'thick') return { used: fill.usedBytes, size: fill.sizeBytes };
  const [data, metadata] = [inMillionths(fill.data), inMillionths(fill.metadata)];
  return metadata.used > data.used ? metadata : data;
}

function inMillionths({ usedBlocks, totalBlocks }: BlockFill): Omit<FillReading, 'atMs'> {
  return { used: totalBlocks === 0 ? 1e6 : (1e6 * usedBlocks) / totalBlocks, size: 1e6 };
}
