/**
 * One look at a store that fills: the room of a thick snapshot, or data or metadata of the pool
 * behind thin ones. `used` and `size` are in one unit, bytes or blocks.
 */
export interface FillReading {
  /** Monotonic. */
  readonly atMs: number;
  readonly used: number;
  readonly size: number;
}

/** What a reading asks for. */
export type FillVerdict = 'fine' | 'grow' | 'stop';

/** Guests write in bursts: what is averaged over less than this says nothing. */
const shortestSpanMs = 5_000;
/** What is older says nothing of now. */
const rememberedMs = 60_000;

/** Adds a reading and forgets what is too old, but for one to compare with. */
export function withReading(
  readings: readonly FillReading[],
  reading: FillReading,
): readonly FillReading[] {
  const recent = readings.filter(({ atMs }) => reading.atMs - atMs <= rememberedMs);
  return [...(recent.length === 0 ? readings.slice(-1) : recent), reading];
}

/** How fast it fills now, per second: the faster of the last quarter minute and the last minute. */
export function fillSpeed(readings: readonly FillReading[]): number {
  const last = readings.at(-1);
  if (last === undefined) return 0;
  const spans = [rememberedMs / 4, rememberedMs].map((spanMs) => {
    const first = readings.find(({ atMs }) => last.atMs - atMs <= spanMs) ?? last;
    const seconds = Math.max(last.atMs - first.atMs, shortestSpanMs) / 1000;
    return (last.used - first.used) / seconds;
  });
  return Math.max(0, ...spans);
}

/** Time to end a copy on both sides, once it has been decided. */
const stopMs = 10_000;
/** Time to make a snapshot larger: LVM may wait for a lock of its own. */
const growMs = 60_000;
/** Never let it come closer to the end than this share, however slowly it fills. */
const reservedShare = 0.02;
/** From here on a store that may grow does, however slowly it fills. */
const growShare = 0.7;

/**
 * Judges a store by what is left and how fast it goes: there must be room for what is written
 * until the next look, for a look that comes late, and for ending the copy. A store that may grow
 * is told so long before; while it grows it is given up later.
 *
 * @param perSecond - see {@link fillSpeed}
 * @param lookEveryMs - time between two looks
 */
export function judgeFill(
  { used, size }: FillReading,
  perSecond: number,
  lookEveryMs: number,
  growth: 'none' | 'possible' | 'at-work',
): FillVerdict {
  const left = size - used;
  const untilStopMs = 2 * lookEveryMs + (growth === 'none' ? stopMs : stopMs / 4);
  const reserved = size * (growth === 'none' ? reservedShare : reservedShare / 2);
  if (left <= Math.max(reserved, (perSecond * untilStopMs) / 1000)) return 'stop';
  if (growth === 'none') return 'fine';
  const untilGrowthMs = 2 * lookEveryMs + stopMs + growMs;
  return used >= growShare * size || left <= (perSecond * untilGrowthMs) / 1000 ? 'grow' : 'fine';
}

const shortestPauseMs = 1_000;
const longestPauseMs = 5_000;

/** When to look again: ten times until it is full, within bounds that cost a host nothing. */
export function pauseBeforeNextLook({ used, size }: FillReading, perSecond: number): number {
  if (perSecond <= 0) return longestPauseMs;
  const fullInMs = (1000 * (size - used)) / perSecond;
  return Math.round(Math.min(longestPauseMs, Math.max(shortestPauseMs, fullInMs / 10)));
}
