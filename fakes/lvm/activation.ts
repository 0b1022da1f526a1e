import { keyOf, mapNamed, sectorsOf } from '../block/devices.js';
import { lvmMapName, lvmMapUuid } from '../block/lvm-names.js';
import { createMap, removeMap, replaceTable } from '../block/maps.js';
import { openCount } from '../block/openings.js';
import type { MapDevice, Target } from '../block/types.js';
import { SimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import { mapOf, poolKey, thickSnapshotsOf, volumeNamed } from './lookup.js';
import type { ScannedGroup } from './scan.js';
import { segmentTable, volumeSectors } from './tables.js';
import type { LogicalVolumeMetadata } from './types.js';

/** Whether dmeventd watches what is activated. */
export type Monitoring = 'monitored' | 'unmonitored';

/**
 * Makes the maps of a volume and of everything it stands on. Active already is fine.
 *
 * @throws SimulationError `already-exists` (another map has its name), `invalid` (physical volume
 * missing), `not-supported` (a segment type the simulation cannot map).
 */
export function activateVolume(
  machine: Machine,
  group: ScannedGroup,
  volume: LogicalVolumeMetadata,
  monitoring: Monitoring = 'monitored',
): void {
  switch (volume.role.kind) {
    case 'plain':
    case 'thin':
      activateOriginal(machine, group, volume, monitoring);
      return;
    case 'snapshot':
      activateOriginal(machine, group, volumeNamed(group.metadata, volume.role.origin), monitoring);
      return;
    case 'thin-pool':
      activatePool(machine, group, volume);
      return;
    case 'pool-data':
    case 'pool-metadata':
      ensureMap(machine, group, volume, undefined, segmentTable(group, volume));
      return;
    case 'pool-metadata-spare':
    case 'raid-image':
    case 'raid-metadata':
      return;
    case 'foreign':
      throw new SimulationError(
        'not-supported',
        volume.name,
        `simulation: ${volume.role.segmentType} volumes are never activated`,
      );
  }
}

/** A volume and its thick snapshots are active together. */
function activateOriginal(
  machine: Machine,
  group: ScannedGroup,
  volume: LogicalVolumeMetadata,
  monitoring: Monitoring,
): void {
  const snapshots = thickSnapshotsOf(group.metadata, volume.name);
  const table = ownTable(machine, group, volume);
  if (snapshots.length === 0) {
    ensureMap(machine, group, volume, undefined, table);
    return;
  }
  const real = ensureMap(machine, group, volume, 'real', table);
  for (const snapshot of snapshots) activateSnapshot(machine, group, snapshot, real, monitoring);
  activateOrigin(machine, group, volume, real);
}

function activateSnapshot(
  machine: Machine,
  group: ScannedGroup,
  snapshot: LogicalVolumeMetadata,
  real: MapDevice,
  monitoring: Monitoring,
): void {
  if (snapshot.role.kind !== 'snapshot') return;
  if (mapOf(machine, group.metadata, snapshot) !== undefined) return;
  const cow = ensureMap(machine, group, snapshot, 'cow', segmentTable(group, snapshot));
  const map = ensureMap(machine, group, snapshot, undefined, [
    {
      kind: 'snapshot',
      start: 0,
      sectors: sectorsOf(real),
      origin: keyOf(real.number),
      cow: keyOf(cow.number),
      persistent: 'P',
      chunkSectors: snapshot.role.chunkSectors,
    },
  ]);
  if (monitoring === 'monitored' && machine.eventDaemon.running) {
    machine.eventDaemon.monitored.add(map.uuid);
  }
}

/** Hands an active thick snapshot to dmeventd; other volumes it would not act on. */
export function monitorVolume(
  machine: Machine,
  group: ScannedGroup,
  volume: LogicalVolumeMetadata,
): void {
  const map = mapOf(machine, group.metadata, volume);
  if (volume.role.kind !== 'snapshot' || map === undefined || !machine.eventDaemon.running) return;
  machine.eventDaemon.monitored.add(map.uuid);
}

function activateOrigin(
  machine: Machine,
  group: ScannedGroup,
  volume: LogicalVolumeMetadata,
  real: MapDevice,
): void {
  const table: Target[] = [
    { kind: 'snapshot-origin', start: 0, sectors: sectorsOf(real), device: keyOf(real.number) },
  ];
  const map = ensureMap(machine, group, volume, undefined, table);
  if (map.table[0]?.kind !== 'snapshot-origin') replaceTable(machine, map.name, table);
}

function activatePool(
  machine: Machine,
  group: ScannedGroup,
  pool: LogicalVolumeMetadata,
): MapDevice {
  if (pool.role.kind !== 'thin-pool') throw new Error(`${pool.name} is no thin pool`);
  const part = (name: string): MapDevice => {
    const volume = volumeNamed(group.metadata, name);
    return ensureMap(machine, group, volume, undefined, segmentTable(group, volume));
  };
  const metadata = part(pool.role.metadata);
  const data = part(pool.role.data);
  const sectors = volumeSectors(group, pool);
  const line: Target = {
    kind: 'thin-pool',
    start: 0,
    sectors,
    metadata: keyOf(metadata.number),
    data: keyOf(data.number),
    blockSectors: pool.role.chunkSectors,
    pool: poolKey(group.metadata, pool),
  };
  const inner = ensureMap(machine, group, pool, 'tpool', [line]);
  // The pool's public map, which keeps others from using it, lies on the inner one.
  ensureMap(machine, group, pool, 'pool', [
    { kind: 'linear', start: 0, sectors, device: keyOf(inner.number), offset: 0 },
  ]);
  return inner;
}

/** The lines that show a volume's own data; a thin volume's pool is activated for them. */
function ownTable(
  machine: Machine,
  group: ScannedGroup,
  volume: LogicalVolumeMetadata,
): readonly Target[] {
  if (volume.role.kind !== 'thin') return segmentTable(group, volume);
  const pool = activatePool(machine, group, volumeNamed(group.metadata, volume.role.pool));
  return [
    {
      kind: 'thin',
      start: 0,
      sectors: volumeSectors(group, volume),
      pool: keyOf(pool.number),
      deviceId: volume.role.deviceId,
    },
  ];
}

function ensureMap(
  machine: Machine,
  group: ScannedGroup,
  volume: LogicalVolumeMetadata,
  layer: string | undefined,
  table: readonly Target[],
): MapDevice {
  const existing = mapOf(machine, group.metadata, volume, layer);
  if (existing !== undefined) return existing;
  // The pool's public map bears the plain name; its UUID has the suffix all the same.
  const nameLayer = layer === 'pool' ? undefined : layer;
  return createMap(machine, {
    name: lvmMapName(group.metadata.name, volume.name, nameLayer),
    uuid: lvmMapUuid(group.metadata.uuid, volume.uuid, layer),
    access: volume.access,
    table,
  });
}

/**
 * Takes the maps of a volume down, and those under it that nothing else needs. The caller has made
 * sure that nobody uses it.
 *
 * @throws SimulationError `busy`.
 */
export function deactivateVolume(
  machine: Machine,
  group: ScannedGroup,
  volume: LogicalVolumeMetadata,
): void {
  const { metadata } = group;
  for (const snapshot of thickSnapshotsOf(metadata, volume.name)) {
    removeLayers(machine, group, snapshot, [undefined, 'cow']);
  }
  const layers = volume.role.kind === 'thin-pool' ? ['pool', 'tpool'] : [undefined, 'cow', 'real'];
  removeLayers(machine, group, volume, layers);
  if (volume.role.kind === 'thin') dropIdlePool(machine, group, volume.role.pool);
}

function removeLayers(
  machine: Machine,
  group: ScannedGroup,
  volume: LogicalVolumeMetadata,
  layers: readonly (string | undefined)[],
): void {
  for (const layer of layers) {
    const map = mapOf(machine, group.metadata, volume, layer);
    if (map !== undefined) removeMap(machine, map.name);
  }
}

/** A pool without active volumes stays only when it was activated for itself: not simulated. */
function dropIdlePool(machine: Machine, group: ScannedGroup, poolName: string): void {
  const pool = volumeNamed(group.metadata, poolName);
  const inner = mapOf(machine, group.metadata, pool, 'tpool');
  // One opener is the pool's own public map.
  if (inner === undefined || openCount(machine, keyOf(inner.number)) > 1) return;
  removeLayers(machine, group, pool, ['pool', 'tpool']);
  if (pool.role.kind !== 'thin-pool') return;
  for (const name of [pool.role.data, pool.role.metadata]) {
    removeLayers(machine, group, volumeNamed(group.metadata, name), [undefined]);
  }
}

/** After its last snapshot has gone an origin is a plain volume again. */
export function unlayerOrigin(
  machine: Machine,
  group: ScannedGroup,
  origin: LogicalVolumeMetadata,
): void {
  const map = mapOf(machine, group.metadata, origin);
  if (map === undefined || thickSnapshotsOf(group.metadata, origin.name).length > 0) return;
  replaceTable(machine, map.name, ownTable(machine, group, origin));
  const real = mapNamed(machine, lvmMapName(group.metadata.name, origin.name, 'real'));
  if (real !== undefined) removeMap(machine, real.name);
}
