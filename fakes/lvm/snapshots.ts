import { createThinSnapshot } from '../block/thin-pools.js';
import { SimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import { activateVolume, type Monitoring } from './activation.js';
import { allocateLinear } from './allocate.js';
import { commitMetadata, withVolumes } from './commit.js';
import { findVolume, poolKey, volumeNamed } from './lookup.js';
import type { ScannedGroup } from './scan.js';
import { volumeSectors } from './tables.js';
import { wipeStart } from './wipe.js';
import type { LogicalVolumeMetadata } from './types.js';

export interface ThickSnapshotRequest {
  readonly origin: string;
  readonly name: string;
  /** Size of the copy-on-write area, already limited to what is useful. */
  readonly extentCount: number;
  readonly chunkSectors: number;
  readonly tags: readonly string[];
  readonly access: 'read-write' | 'read-only';
  readonly monitoring: Monitoring;
}

export interface ThinSnapshotRequest {
  readonly origin: string;
  readonly name: string;
  readonly tags: readonly string[];
  /** Default `skip`: LVM sets the flag on every thin snapshot. */
  readonly activation?: 'skip' | 'normal';
}

/**
 * The most extents a thick snapshot of an origin can ever use: header, one table chunk for so many
 * chunks and one more to end the list, and the whole origin copied.
 */
export function largestUsefulExtents(
  originSectors: number,
  chunkSectors: number,
  extentSectors: number,
): number {
  const originChunks = Math.ceil(originSectors / chunkSectors);
  const entriesPerTable = chunkSectors * 32;
  const tables = Math.floor((originChunks + entriesPerTable) / entriesPerTable);
  return Math.ceil(((1 + originChunks + tables) * chunkSectors) / extentSectors);
}

/**
 * Makes a thick snapshot and activates it with its origin: its moment is now.
 *
 * @throws SimulationError `already-exists`, `not-found` (origin), `no-space`, `not-supported`.
 */
export function createThickSnapshot(
  machine: Machine,
  group: ScannedGroup,
  request: ThickSnapshotRequest,
): ScannedGroup {
  refuseTakenName(group, request.name);
  const origin = volumeNamed(group.metadata, request.origin);
  if (origin.role.kind !== 'plain' && origin.role.kind !== 'thin') {
    throw new SimulationError(
      'not-supported',
      origin.name,
      `thick snapshots of ${origin.role.kind} volumes are not simulated`,
    );
  }
  const snapshot: LogicalVolumeMetadata = {
    name: request.name,
    uuid: machine.world.identifiers.lvmUuid(),
    access: request.access,
    visible: true,
    activationSkip: false,
    tags: [...request.tags].sort(),
    role: { kind: 'snapshot', origin: origin.name, chunkSectors: request.chunkSectors },
    extentCount: request.extentCount,
    segments: allocateLinear(group.metadata, request.extentCount),
  };
  wipeStart(machine, group, snapshot);
  const changed = commitMetadata(machine, group, (metadata) => withVolumes(metadata, [snapshot]));
  activateVolume(machine, changed, snapshot, request.monitoring);
  return changed;
}

/**
 * Makes a thin snapshot. It is not activated: it bears the skip flag.
 *
 * @throws SimulationError `already-exists`, `not-found`, `not-supported` (the origin is not thin).
 */
export function createThinSnapshotVolume(
  machine: Machine,
  group: ScannedGroup,
  request: ThinSnapshotRequest,
): ScannedGroup {
  refuseTakenName(group, request.name);
  const origin = volumeNamed(group.metadata, request.origin);
  if (origin.role.kind !== 'thin') {
    throw new SimulationError('not-supported', origin.name, `${origin.name} is not thin`);
  }
  const pool = volumeNamed(group.metadata, origin.role.pool);
  const state = machine.thinPools.get(poolKey(group.metadata, pool));
  if (state === undefined) throw new SimulationError('not-found', pool.name, 'pool without state');
  state.transactionId += 1;
  const deviceId = Math.max(0, ...state.volumes.keys()) + 1;
  createThinSnapshot(machine, state, origin.role.deviceId, deviceId);
  const snapshot: LogicalVolumeMetadata = {
    ...origin,
    name: request.name,
    uuid: machine.world.identifiers.lvmUuid(),
    tags: [...request.tags].sort(),
    activationSkip: request.activation !== 'normal',
    role: { kind: 'thin', pool: pool.name, deviceId, origin: origin.name },
    extentCount: volumeSectors(group, origin) / group.metadata.extentSectors,
  };
  return commitMetadata(machine, group, (metadata) => withVolumes(metadata, [snapshot]));
}

/** @throws SimulationError `already-exists`. */
export function refuseTakenName(group: ScannedGroup, name: string): void {
  if (findVolume(group.metadata, name) !== undefined) {
    throw new SimulationError(
      'already-exists',
      `${group.metadata.name}/${name}`,
      `${name} exists already`,
    );
  }
}
