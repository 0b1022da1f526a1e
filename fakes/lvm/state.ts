import { keyOf, sectorsOf } from '../block/devices.js';
import { openCount } from '../block/openings.js';
import { activeSnapshots, snapshotFill } from '../block/snapshots.js';
import { mappedBlocks, usedDataBlocks } from '../block/thin-pools.js';
import type { MapDevice } from '../block/types.js';
import type { Machine } from '../world/state.js';
import { mapOf, poolKey, thickSnapshotsOf, volumeNamed } from './lookup.js';
import type { ScannedGroup } from './scan.js';
import type { LogicalVolumeMetadata } from './types.js';

/** How full a snapshot, pool or thin volume is. */
export interface Fill {
  readonly used: number;
  readonly total: number;
}

/** What a volume is like now, apart from its metadata. */
export interface VolumeState {
  /** Its own map, when it is active. */
  readonly map: MapDevice | undefined;
  readonly isOpen: boolean;
  readonly isOrigin: boolean;
  /** Parts of it lie on physical volumes that are not there. */
  readonly isPartial: boolean;
  /** dmeventd watches it. */
  readonly isMonitored: boolean;
  /** Thick snapshots and thin volumes and pools, while active. */
  readonly data?: Fill;
  /** Thin pools, while active. */
  readonly metadata?: Fill;
  /** Thick snapshots, while active. */
  readonly snapshot?: 'valid' | 'invalid';
}

/** Looks at the maps of a volume and at what lies behind them. */
export function volumeState(
  machine: Machine,
  group: ScannedGroup,
  volume: LogicalVolumeMetadata,
): VolumeState {
  const layer = volume.role.kind === 'thin-pool' ? 'tpool' : undefined;
  const map = mapOf(machine, group.metadata, volume, layer);
  const base = {
    map,
    isOpen: map !== undefined && isOpen(machine, map, volume),
    isOrigin: thickSnapshotsOf(group.metadata, volume.name).length > 0,
    isPartial: isPartial(group, volume),
    isMonitored: map !== undefined && machine.eventDaemon.monitored.has(map.uuid),
  };
  return map === undefined ? base : { ...base, ...fillOf(machine, group, volume, map) };
}

/** A pool's own public map lies on the inner one and does not count as a user. */
function isOpen(machine: Machine, map: MapDevice, volume: LogicalVolumeMetadata): boolean {
  const count = openCount(machine, keyOf(map.number));
  return volume.role.kind === 'thin-pool' ? count > 1 : count > 0;
}

function isPartial(group: ScannedGroup, volume: LogicalVolumeMetadata): boolean {
  const missing = group.missing.map(({ uuid }) => uuid);
  if (missing.length === 0) return false;
  const parts = [volume, ...underlying(group, volume)];
  return parts
    .flatMap(({ segments }) => segments)
    .flatMap(({ areas }) => areas)
    .some(({ physicalVolume }) => missing.includes(physicalVolume));
}

function underlying(
  group: ScannedGroup,
  volume: LogicalVolumeMetadata,
): readonly LogicalVolumeMetadata[] {
  const { role } = volume;
  if (role.kind === 'snapshot') return [volumeNamed(group.metadata, role.origin)];
  if (role.kind === 'thin') return underlying(group, volumeNamed(group.metadata, role.pool));
  if (role.kind === 'foreign') return componentsOf(group, role.components);
  if (role.kind !== 'thin-pool') return [];
  return [role.data, role.metadata].map((name) => volumeNamed(group.metadata, name));
}

/** A mirror's image is not the whole of it: any missing part makes it partial all the same. */
function componentsOf(
  group: ScannedGroup,
  names: readonly string[],
): readonly LogicalVolumeMetadata[] {
  return group.metadata.logicalVolumes.filter(({ name }) => names.includes(name));
}

function fillOf(
  machine: Machine,
  group: ScannedGroup,
  volume: LogicalVolumeMetadata,
  map: MapDevice,
): Pick<VolumeState, 'data' | 'metadata' | 'snapshot'> {
  switch (volume.role.kind) {
    case 'snapshot':
      return thickFill(machine, map);
    case 'thin-pool':
      return poolFill(machine, group, volume);
    case 'thin':
      return thinFill(machine, group, volume, map);
    case 'plain':
    case 'pool-data':
    case 'pool-metadata':
    case 'pool-metadata-spare':
    case 'raid-image':
    case 'raid-metadata':
    case 'foreign':
      return {};
  }
}

function thickFill(machine: Machine, map: MapDevice): Pick<VolumeState, 'data' | 'snapshot'> {
  const snapshot = activeSnapshots(machine).find((active) => active.map === map);
  if (snapshot === undefined) return {};
  const { status } = snapshot.store;
  const { usedSectors, totalSectors, metadataSectors } = snapshotFill(machine, snapshot);
  if (status === 'invalid') {
    return { data: { used: totalSectors, total: totalSectors }, snapshot: status };
  }
  // With nothing copied yet LVM calls it empty, although header and first table are there.
  const used = usedSectors === metadataSectors ? 0 : usedSectors;
  return { data: { used, total: totalSectors }, snapshot: status };
}

function poolFill(
  machine: Machine,
  group: ScannedGroup,
  pool: LogicalVolumeMetadata,
): Pick<VolumeState, 'data' | 'metadata'> {
  const state = machine.thinPools.get(poolKey(group.metadata, pool));
  if (state === undefined) return {};
  return {
    data: { used: usedDataBlocks(state) * state.blockSectors, total: state.dataSectors },
    metadata: { used: state.usedMetadataBlocks, total: state.metadataBlocks },
  };
}

function thinFill(
  machine: Machine,
  group: ScannedGroup,
  volume: LogicalVolumeMetadata,
  map: MapDevice,
): Pick<VolumeState, 'data'> {
  if (volume.role.kind !== 'thin') return {};
  const pool = volumeNamed(group.metadata, volume.role.pool);
  const state = machine.thinPools.get(poolKey(group.metadata, pool));
  const thin = state?.volumes.get(volume.role.deviceId);
  if (state === undefined || thin === undefined) return {};
  return { data: { used: mappedBlocks(thin) * state.blockSectors, total: sectorsOf(map) } };
}
