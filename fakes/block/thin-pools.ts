import { SimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import type { Extent, ThinPoolState, ThinRange, ThinVolumeState } from './types.js';
import { forkView } from './views.js';

/** Blocks of the pool's data that some volume uses; shared blocks count once. */
export function usedDataBlocks(pool: ThinPoolState): number {
  const runs = [...pool.volumes.values()]
    .flatMap((volume) => volume.mapped)
    .map(({ data, blocks }) => ({ start: data, end: data + blocks }))
    .sort((left, right) => left.start - right.start);
  let used = 0;
  let reached = 0;
  for (const { start, end } of runs) {
    used += Math.max(0, end - Math.max(start, reached));
    reached = Math.max(reached, end);
  }
  return used;
}

/** Blocks a volume shows as its own, shared or not. */
export function mappedBlocks(volume: ThinVolumeState): number {
  return volume.mapped.reduce((sum, range) => sum + range.blocks, 0);
}

/**
 * Makes a thin volume in a pool; `no address is provisioned.
 *
 * @throws SimulationError `already-exists`.
 */
export function createThinVolume(
  machine: Machine,
  pool: ThinPoolState,
  deviceId: number,
  sectors: number,
): ThinVolumeState {
  refuseTaken(pool, deviceId);
  const space = `thin-${pool.id}-${deviceId}`;
  const volume: ThinVolumeState = { deviceId, space, view: space, sectors, mapped: [] };
  machine.spaces.set(space, { id: space, sectors });
  pool.volumes.set(deviceId, volume);
  return volume;
}

/**
 * Makes a snapshot of a thin volume: it shares all blocks and has a view of its own.
 *
 * @throws SimulationError `not-found`, `already-exists`.
 */
export function createThinSnapshot(
  machine: Machine,
  pool: ThinPoolState,
  originId: number,
  deviceId: number,
): ThinVolumeState {
  const origin = pool.volumes.get(originId);
  if (origin === undefined) {
    throw new SimulationError('not-found', String(originId), `no thin device ${originId}`);
  }
  refuseTaken(pool, deviceId);
  const { space, sectors, mapped } = origin;
  const volume: ThinVolumeState = {
    deviceId,
    space,
    view: `thin-${pool.id}-${deviceId}`,
    sectors,
    mapped,
  };
  forkView(machine, [{ space, view: origin.view, start: 0, sectors }], volume.view);
  pool.volumes.set(deviceId, volume);
  return volume;
}

function refuseTaken(pool: ThinPoolState, deviceId: number): void {
  if (pool.volumes.has(deviceId)) {
    throw new SimulationError('already-exists', String(deviceId), `thin device ${deviceId} exists`);
  }
}

/** Deletes a thin volume; blocks that nobody shares are free again. */
export function deleteThinVolume(machine: Machine, pool: ThinPoolState, deviceId: number): void {
  const volume = pool.volumes.get(deviceId);
  if (volume === undefined) return;
  pool.volumes.delete(deviceId);
  machine.views.delete(volume.view);
}

/**
 * Gives blocks to the written parts of thin volumes: new ones, and copies of shared ones.
 *
 * @throws SimulationError `no-space` when the pool has no free block.
 */
export function provisionThin(machine: Machine, written: readonly Extent[]): void {
  for (const extent of written) {
    for (const pool of machine.thinPools.values()) {
      for (const volume of pool.volumes.values()) {
        if (volume.view === extent.view && volume.space === extent.space) {
          provision(pool, volume, extent);
        }
      }
    }
  }
}

function provision(pool: ThinPoolState, volume: ThinVolumeState, extent: Extent): void {
  const first = Math.floor(extent.start / pool.blockSectors);
  const end = Math.ceil((extent.start + extent.sectors) / pool.blockSectors);
  for (let block = first; block < end; block += 1) {
    if (!ownsBlock(pool, volume, block)) giveBlock(pool, volume, block);
  }
}

function dataBlockOf(volume: ThinVolumeState, block: number): number | undefined {
  const range = volume.mapped.find(
    ({ virtual, blocks }) => block >= virtual && block < virtual + blocks,
  );
  return range === undefined ? undefined : range.data + block - range.virtual;
}

function ownsBlock(pool: ThinPoolState, volume: ThinVolumeState, block: number): boolean {
  const data = dataBlockOf(volume, block);
  if (data === undefined) return false;
  return ![...pool.volumes.values()].some(
    (other) =>
      other !== volume &&
      other.mapped.some((range) => data >= range.data && data < range.data + range.blocks),
  );
}

function giveBlock(pool: ThinPoolState, volume: ThinVolumeState, block: number): void {
  if (usedDataBlocks(pool) * pool.blockSectors >= pool.dataSectors) {
    throw new SimulationError('no-space', pool.id, `thin pool ${pool.id} is out of data space`);
  }
  const given: ThinRange = { virtual: block, data: pool.nextDataBlock, blocks: 1 };
  pool.nextDataBlock += 1;
  volume.mapped = joinRanges(
    [...volume.mapped.flatMap((range) => without(range, block)), given].sort(
      (left, right) => left.virtual - right.virtual,
    ),
  );
}

/** A range with one block taken out of it. */
function without(range: ThinRange, block: number): ThinRange[] {
  const { virtual, data, blocks } = range;
  if (block < virtual || block >= virtual + blocks) return [range];
  const before = block - virtual;
  const after = blocks - before - 1;
  return [
    { virtual, data, blocks: before },
    { virtual: block + 1, data: data + before + 1, blocks: after },
  ].filter((part) => part.blocks > 0);
}

function joinRanges(ranges: readonly ThinRange[]): ThinRange[] {
  const joined: ThinRange[] = [];
  for (const range of ranges) {
    const last = joined.at(-1);
    if (
      last !== undefined &&
      last.virtual + last.blocks === range.virtual &&
      last.data + last.blocks === range.data
    ) {
      joined[joined.length - 1] = { ...last, blocks: last.blocks + range.blocks };
    } else {
      joined.push(range);
    }
  }
  return joined;
}
