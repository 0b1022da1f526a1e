import { ownPrefix } from '../../src/core/model/index.js';
import type {
  LogicalVolume,
  SnapshotFill,
  SnapshotHealth,
  ThinPoolFill,
  VolumeInventory,
} from '../../src/core/model/index.js';
import type { SnapshotRequest, VolumeManager, WatchedSnapshot } from '../../src/ports/index.js';
import { logicalVolumeLink, lvmMapName } from '../block/lvm-names.js';
import { deviceAt, mapNamed } from '../block/devices.js';
import { activeSnapshots, snapshotFill } from '../block/snapshots.js';
import { usedDataBlocks } from '../block/thin-pools.js';
import { settleUdev } from '../block/udev-queue.js';
import { activateVolume } from '../lvm/activation.js';
import { findVolume, mapOf } from '../lvm/lookup.js';
import { removeVolume } from '../lvm/remove.js';
import { extendVolume, extentsLimit } from '../lvm/resize.js';
import { defaultScope, type LvmScan, type ScannedGroup, scanLvm } from '../lvm/scan.js';
import {
  createThickSnapshot,
  createThinSnapshotVolume,
  largestUsefulExtents,
} from '../lvm/snapshots.js';
import { volumeSectors } from '../lvm/tables.js';
import type { LogicalVolumeMetadata } from '../lvm/types.js';
import { useOf } from '../lvm/use.js';
import type { Machine } from '../world/state.js';
import { orPortError, portError } from './errors.js';
import { readGuestGroups } from './guest-groups.js';
import { describeGroup, describeVolume } from './host-volumes.js';
import { holdersOfVolume, waitUntil } from './holders.js';

const udevLimitMs = 180_000;
const defaultChunkSectors = 8;

/** LVM of a simulated machine. */
export function simulatedVolumeManager(machine: Machine): VolumeManager {
  return {
    inventory: async () => inventory(machine),
    findVolume: async (path) => volumeAt(machine, path),
    holders: async ({ deviceMapperPath }) => holdersOfVolume(machine, deviceMapperPath),
    createSnapshot: (request, onTaken) => createSnapshot(machine, request, onTaken),
    removeSnapshot: (proof) => removeSnapshot(machine, proof),
    extendSnapshot: async (proof, sizeBytes) => extendSnapshot(machine, proof, sizeBytes),
    snapshotHealth: async (group, name) => snapshotHealth(machine, group, name),
    snapshotFills: async (snapshots) =>
      snapshots.map((snapshot) => snapshotFillOf(machine, snapshot)),
    thinPoolFills: async (pools) =>
      pools.map(({ volumeGroup, name }) =>
        poolFill(machine, lvmMapName(hostGroup(machine, volumeGroup).metadata.name, name, 'tpool')),
      ),
    readGuestVolumeGroups: async (devices) => readGuestGroups(machine, devices),
  };
}

/** The host's own groups: what lies on maps of ours belongs to guests. */
function scanHost(machine: Machine): LvmScan {
  const scope = defaultScope(machine);
  return scanLvm(machine, {
    ...scope,
    accept: (paths) =>
      paths.some((path) => path.startsWith(`/dev/mapper/${ownPrefix}-`))
        ? undefined
        : scope.accept(paths),
  });
}

function inventory(machine: Machine): VolumeInventory {
  const { groups } = scanHost(machine);
  return {
    volumeGroups: groups.map(describeGroup),
    logicalVolumes: groups.flatMap((group) =>
      group.metadata.logicalVolumes.map((volume) => describeVolume(machine, group, volume)),
    ),
  };
}

function volumeAt(machine: Machine, path: string): LogicalVolume | undefined {
  const device = deviceAt(machine, path);
  const link = device?.kind === 'map' ? logicalVolumeLink(device.name, device.uuid) : undefined;
  return inventory(machine).logicalVolumes.find(
    (volume) =>
      volume.deviceMapperPath === path ||
      `/dev/${volume.volumeGroup}/${volume.name}` === path ||
      (link !== undefined && volume.path === link),
  );
}

function hostGroup(machine: Machine, name: string): ScannedGroup {
  const group = scanHost(machine).groups.find(({ metadata }) => metadata.name === name);
  if (group === undefined) throw portError(machine, 'volume-not-found', `no volume group ${name}`);
  return group;
}

async function createSnapshot(
  machine: Machine,
  request: SnapshotRequest,
  onTaken?: () => void,
): Promise<LogicalVolume> {
  const group = hostGroup(machine, request.volumeGroup);
  const origin = findVolume(group.metadata, request.origin);
  if (origin === undefined) {
    throw portError(machine, 'volume-not-found', `no volume ${request.origin}`);
  }
  const changed = orPortError(machine, () => snapshotOf(machine, group, origin, request), {
    'already-exists': 'volume-exists',
    'no-space': 'volume-group-full',
    'not-found': 'volume-not-found',
  });
  onTaken?.();
  await settleUdev(machine, udevLimitMs);
  const volume = findVolume(changed.metadata, request.name);
  if (volume === undefined) throw portError(machine, 'internal', `${request.name} was not made`);
  return describeVolume(machine, changed, volume);
}

function snapshotOf(
  machine: Machine,
  group: ScannedGroup,
  origin: LogicalVolumeMetadata,
  { name, storage, tags }: SnapshotRequest,
): ScannedGroup {
  if (storage.kind === 'thin') {
    const changed = createThinSnapshotVolume(machine, group, { origin: origin.name, name, tags });
    const volume = findVolume(changed.metadata, name);
    if (volume !== undefined) activateVolume(machine, changed, volume);
    return changed;
  }
  const { extentSectors } = group.metadata;
  const asked = Math.ceil(storage.sizeBytes / (extentSectors * 512));
  const useful = largestUsefulExtents(
    volumeSectors(group, origin),
    defaultChunkSectors,
    extentSectors,
  );
  return createThickSnapshot(machine, group, {
    origin: origin.name,
    name,
    extentCount: Math.min(asked, useful),
    chunkSectors: defaultChunkSectors,
    tags,
    access: 'read-write',
    monitoring: 'unmonitored',
  });
}

async function removeSnapshot(
  machine: Machine,
  proof: Omit<SnapshotRequest, 'storage'>,
): Promise<void> {
  const find = (): [ScannedGroup, LogicalVolumeMetadata] | undefined => {
    const group = scanHost(machine).groups.find(
      ({ metadata }) => metadata.name === proof.volumeGroup,
    );
    const volume = group === undefined ? undefined : findVolume(group.metadata, proof.name);
    return group === undefined || volume === undefined ? undefined : [group, volume];
  };
  const found = find();
  if (found === undefined) return;
  requireOurs(machine, proof, found[1]);
  const isFree = (): boolean => useOf(machine, found[0].metadata, found[1]) === 'none';
  if (!(await waitUntil(machine, isFree))) {
    throw portError(machine, 'volume-busy', `${proof.volumeGroup}/${proof.name} is in use`);
  }
  const current = find();
  if (current !== undefined) orPortError(machine, () => removeVolume(machine, ...current));
  await settleUdev(machine, udevLimitMs);
}

function requireOurs(
  machine: Machine,
  proof: Omit<SnapshotRequest, 'storage'>,
  { role, tags }: LogicalVolumeMetadata,
): void {
  const origin = role.kind === 'snapshot' || role.kind === 'thin' ? role.origin : undefined;
  const isProven = proof.tags.length > 0 && proof.tags.every((tag) => tags.includes(tag));
  if (origin === proof.origin && isProven) return;
  const place = `${proof.volumeGroup}/${proof.name}`;
  throw portError(machine, 'ownership-unproven', `${place} is not the snapshot described`);
}

function extendSnapshot(
  machine: Machine,
  proof: Omit<SnapshotRequest, 'storage'>,
  sizeBytes: number,
): LogicalVolume {
  const group = hostGroup(machine, proof.volumeGroup);
  const volume = findVolume(group.metadata, proof.name);
  if (volume === undefined) {
    throw portError(machine, 'volume-not-found', `no snapshot ${proof.name}`);
  }
  requireOurs(machine, proof, volume);
  const asked = Math.ceil(sizeBytes / (group.metadata.extentSectors * 512));
  const wanted = Math.min(asked, extentsLimit(group, volume));
  const added = wanted - volume.extentCount;
  if (added <= 0) return describeVolume(machine, group, volume);
  const changed = orPortError(machine, () => extendVolume(machine, group, proof.name, added), {
    'no-space': 'volume-group-full',
  });
  return describeVolume(machine, changed, findVolume(changed.metadata, proof.name) ?? volume);
}

function snapshotFillOf(
  machine: Machine,
  { volumeGroup, name, pool }: WatchedSnapshot,
): SnapshotFill {
  const health = snapshotHealth(machine, volumeGroup, name);
  if (health.kind === 'invalid') return health;
  const { metadata } = hostGroup(machine, volumeGroup);
  if (pool !== undefined) {
    const fill = poolFill(machine, lvmMapName(metadata.name, pool, 'tpool'));
    return fill.kind === 'open'
      ? { ...fill, kind: 'thin' }
      : { kind: 'invalid', status: `pool: ${fill.status}` };
  }
  const volume = findVolume(metadata, name);
  const map = volume === undefined ? undefined : mapOf(machine, metadata, volume);
  const snapshot = activeSnapshots(machine).find((active) => active.map === map);
  if (snapshot === undefined) {
    throw portError(machine, 'output-unexpected', `${volumeGroup}/${name} is no thick snapshot`);
  }
  const { usedSectors, totalSectors } = snapshotFill(machine, snapshot);
  return { kind: 'thick', usedBytes: usedSectors * 512, sizeBytes: totalSectors * 512 };
}

function poolFill(machine: Machine, mapName: string): ThinPoolFill {
  const [target] = mapNamed(machine, mapName)?.table ?? [];
  const pool = target?.kind === 'thin-pool' ? machine.thinPools.get(target.pool) : undefined;
  if (pool === undefined) throw portError(machine, 'volume-not-found', `no pool ${mapName}`);
  return {
    kind: 'open',
    data: { usedBlocks: usedDataBlocks(pool), totalBlocks: pool.dataSectors / pool.blockSectors },
    metadata: { usedBlocks: pool.usedMetadataBlocks, totalBlocks: pool.metadataBlocks },
  };
}

function snapshotHealth(machine: Machine, groupName: string, name: string): SnapshotHealth {
  const group = hostGroup(machine, groupName);
  const volume = findVolume(group.metadata, name);
  const map = volume === undefined ? undefined : mapOf(machine, group.metadata, volume);
  if (volume === undefined || map === undefined) {
    throw portError(machine, 'volume-not-found', `no snapshot ${groupName}/${name}`);
  }
  if (volume.role.kind === 'thin') return { kind: 'unlimited' };
  const snapshot = activeSnapshots(machine).find((active) => active.map === map);
  if (snapshot === undefined) {
    throw portError(machine, 'output-unexpected', `${groupName}/${name} is no snapshot`);
  }
  if (snapshot.store.status === 'invalid') return { kind: 'invalid', status: 'Invalid' };
  const { usedSectors, totalSectors } = snapshotFill(machine, snapshot);
  return { kind: 'healthy', usedShare: usedSectors / totalSectors };
}
