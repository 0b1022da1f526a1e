import type { BlockFill, ThinPoolFill } from '../model/index.js';

/**
 * Why nothing more may be begun, or gone on with, in a thin pool; `undefined` when it has room.
 * A thin snapshot cannot overflow by itself: what it keeps is taken from its pool, and a pool that
 * is full stops every guest that lies in it.
 *
 * @param limitPercent - of data and of metadata
 */
export function poolObstacle(fill: ThinPoolFill, limitPercent: number): string | undefined {
  if (fill.kind === 'closed') return `takes no more writes (${fill.status})`;
  const [data, metadata] = [percentOf(fill.data), percentOf(fill.metadata)];
  if (Math.max(data, metadata) <= limitPercent) return undefined;
  const [what, percent] = metadata > data ? ['metadata', metadata] : ['data', data];
  return `has ${percent.toFixed(1)} % of its ${what} in use, more than the ${String(limitPercent)} % of thinPoolLimit`;
}

function percentOf({ usedBlocks, totalBlocks }: BlockFill): number {
  return totalBlocks === 0 ? 100 : (100 * usedBlocks) / totalBlocks;
}
