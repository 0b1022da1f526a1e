import {
  deviceMapperName,
  type SnapshotFill,
  type ThinPoolFill,
  type ThinPoolName,
} from '../../core/model/index.js';
import type { WatchedSnapshot } from '../../ports/index.js';
import { linesOf, parseCount, unexpectedOutput } from '../shared/index.js';
import { parseSnapshotStatus } from './parse.js';

const sectorBytes = 512;

/** Maps whose state tells how full snapshots are: their own, and the inner map of each pool. */
export function watchedMaps(snapshots: readonly WatchedSnapshot[]): readonly string[] {
  const names = snapshots.flatMap((snapshot) => {
    const own = deviceMapperName(snapshot.volumeGroup, snapshot.name);
    return snapshot.pool === undefined
      ? [own]
      : [own, poolMap(snapshot.volumeGroup, snapshot.pool)];
  });
  return [...new Set(names)];
}

/** LVM keeps the thin-pool target in a map of its own below the volume. */
function poolMap(volumeGroup: string, pool: string): string {
  return `${deviceMapperName(volumeGroup, pool)}-tpool`;
}

/** The maps behind pools that are asked for by themselves, each once. */
export function poolMaps(pools: readonly ThinPoolName[]): readonly string[] {
  return [...new Set(pools.map(({ volumeGroup, name }) => poolMap(volumeGroup, name)))];
}

/**
 * The fill of each pool, from `dmsetup status` of {@link poolMaps}.
 *
 * @throws `output-unexpected`.
 */
export function parsePoolFills(
  text: string,
  pools: readonly ThinPoolName[],
): readonly ThinPoolFill[] {
  const states = statesByMap(text, poolMaps(pools));
  return pools.map(({ volumeGroup, name }) => {
    const map = poolMap(volumeGroup, name);
    const state = states.get(map);
    if (state === undefined) throw unexpectedOutput(`dmsetup status: nothing about ${map}`, text);
    return poolFill(state);
  });
}

/**
 * The fill of each snapshot, from `dmsetup status` of {@link watchedMaps}.
 *
 * @throws `output-unexpected`.
 */
export function parseFills(
  text: string,
  snapshots: readonly WatchedSnapshot[],
): readonly SnapshotFill[] {
  const states = statesByMap(text, watchedMaps(snapshots));
  const stateOf = (map: string): string => {
    const state = states.get(map);
    if (state === undefined) throw unexpectedOutput(`dmsetup status: nothing about ${map}`, text);
    return state;
  };
  return snapshots.map(({ volumeGroup, name, pool }) => {
    const own = stateOf(deviceMapperName(volumeGroup, name));
    return pool === undefined ? thickFill(own) : thinFill(own, stateOf(poolMap(volumeGroup, pool)));
  });
}

/** With one name dmsetup prints its line alone, with several each behind its map's name. */
function statesByMap(text: string, maps: readonly string[]): ReadonlyMap<string, string> {
  const [only, ...others] = maps;
  const states = new Map<string, string>();
  for (const line of linesOf(text)) {
    const [, map = '', state = ''] =
      others.length === 0 ? ['', only, line] : (/^(\S+): (\d.*)$/.exec(line) ?? []);
    if (!maps.includes(map) || states.has(map)) {
      throw unexpectedOutput('dmsetup status: not one line for each map', text);
    }
    states.set(map, state);
  }
  return states;
}

/** `0 2097152 snapshot 640/524288 16`: sectors used, of how many, and of them metadata. */
function thickFill(line: string): SnapshotFill {
  const health = parseSnapshotStatus(line);
  if (health.kind === 'invalid') return health;
  const [, usedText = '', totalText = ''] = / snapshot (\d+)\/(\d+) \d+$/.exec(line) ?? [];
  const [used, total] = [parseCount(usedText), parseCount(totalText)];
  if (used === undefined || total === undefined) {
    throw unexpectedOutput('dmsetup status: not a thick snapshot', line);
  }
  return { kind: 'thick', usedBytes: used * sectorBytes, sizeBytes: total * sectorBytes };
}

function thinFill(own: string, pool: string): SnapshotFill {
  const health = parseSnapshotStatus(own);
  if (health.kind === 'invalid') return health;
  if (health.kind !== 'unlimited') {
    throw unexpectedOutput('dmsetup status: not a thin snapshot', own);
  }
  const fill = poolFill(pool);
  return fill.kind === 'closed'
    ? { kind: 'invalid', status: `pool: ${fill.status}` }
    : { ...fill, kind: 'thin' };
}

function poolFill(pool: string): ThinPoolFill {
  const [, state] = /^0 \d+ thin-pool (.+)$/.exec(pool) ?? [];
  if (state === 'Fail' || state === 'Error') return { kind: 'closed', status: state };
  // Transaction, metadata, data, held root, mode, and settings; later kernels add more.
  const match =
    /^\d+ (\d+)\/(\d+) (\d+)\/(\d+) (?:\d+|-) (rw|ro|out_of_data_space) \S+ \S+(?: (needs_check|-))?(?: \d+)?$/.exec(
      state?.trimEnd() ?? '',
    );
  const numbers = match?.slice(1, 5).map((text) => parseCount(text)) ?? [];
  const [metadataUsed, metadataTotal, dataUsed, dataTotal] = numbers;
  if (
    metadataUsed === undefined ||
    metadataTotal === undefined ||
    dataUsed === undefined ||
    dataTotal === undefined
  ) {
    throw unexpectedOutput('dmsetup status: not a thin pool', pool);
  }
  const [mode, check] = match?.slice(5, 7) ?? [];
  if (mode !== 'rw' || check === 'needs_check') {
    return { kind: 'closed', status: mode === 'rw' ? 'needs_check' : String(mode) };
  }
  return {
    kind: 'open',
    data: { usedBlocks: dataUsed, totalBlocks: dataTotal },
    metadata: { usedBlocks: metadataUsed, totalBlocks: metadataTotal },
  };
}
