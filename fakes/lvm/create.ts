import { createThinVolume } from '../block/thin-pools.js';
import { writeContent } from '../block/contents.js';
import { keyOf, mainPath, sectorsOf } from '../block/devices.js';
import type { BlockDevice } from '../block/types.js';
import { SimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import { activateVolume } from './activation.js';
import { allocateLinear, allocateStriped } from './allocate.js';
import { commitMetadata, withVolumes } from './commit.js';
import { poolKey, volumeNamed } from './lookup.js';
import { type ScannedGroup, defaultScope, scanLvm } from './scan.js';
import { refuseTakenName } from './snapshots.js';
import type {
  AllocatedSegment,
  LogicalVolumeMetadata,
  LogicalVolumeRole,
  VolumeGroupMetadata,
} from './types.js';
import { wipeStart } from './wipe.js';

/** 1 MiB: where LVM puts the first extent by default. */
const defaultExtentsStart = 2048;
/** 4 MiB: LVM's default extent. */
export const defaultExtentSectors = 8192;

export interface PhysicalVolumeInit {
  readonly uuid?: string;
  readonly extentsStart?: number;
}

export interface VolumeGroupInit {
  readonly name: string;
  readonly uuid?: string;
  readonly extentSectors?: number;
  readonly devices: readonly (PhysicalVolumeInit & { readonly device: BlockDevice })[];
}

export interface VolumeInit {
  readonly name: string;
  readonly uuid?: string;
  readonly extentCount: number;
  readonly access?: 'read-write' | 'read-only';
  readonly tags?: readonly string[];
  /** Default linear. */
  readonly stripes?: { readonly count: number; readonly sectors: number };
  /** Where it lies. Default: the first room that is free. */
  readonly segments?: readonly AllocatedSegment[];
  /** Default `active`. */
  readonly activation?: 'active' | 'inactive';
}

/** Writes a PV label with no group, as pvcreate does. */
export function createPhysicalVolume(
  machine: Machine,
  device: BlockDevice,
  init: PhysicalVolumeInit = {},
): void {
  writeContent(machine, keyOf(device.number), {
    kind: 'physical-volume',
    uuid: init.uuid ?? machine.world.identifiers.lvmUuid(),
    deviceSectors: sectorsOf(device),
    extentsStart: init.extentsStart ?? defaultExtentsStart,
  });
}

/** Makes physical volumes and a group of them, as pvcreate and vgcreate do. */
export function createVolumeGroup(machine: Machine, init: VolumeGroupInit): ScannedGroup {
  const extentSectors = init.extentSectors ?? defaultExtentSectors;
  const members = init.devices.map(({ device, ...volume }) => ({
    uuid: volume.uuid ?? machine.world.identifiers.lvmUuid(),
    device,
    extentsStart: volume.extentsStart ?? defaultExtentsStart,
    deviceSectors: sectorsOf(device),
  }));
  const metadata: VolumeGroupMetadata = {
    name: init.name,
    uuid: init.uuid ?? machine.world.identifiers.lvmUuid(),
    sequence: 1,
    extentSectors,
    physicalVolumes: members.map(({ uuid, deviceSectors, extentsStart, device }) => ({
      uuid,
      deviceSectors,
      extentsStart,
      extentCount: Math.floor((deviceSectors - extentsStart) / extentSectors),
      deviceHint: mainPath(device),
    })),
    logicalVolumes: [],
    tags: [],
  };
  for (const { uuid, device, extentsStart, deviceSectors } of members) {
    writeContent(machine, keyOf(device.number), {
      kind: 'physical-volume',
      uuid,
      deviceSectors,
      extentsStart,
      metadata,
    });
  }
  const group = scanLvm(machine, {
    ...defaultScope(machine),
    scanLogicalVolumes: 'on',
  }).groups.find((found) => found.metadata.uuid === metadata.uuid);
  if (group === undefined) throw new SimulationError('invalid', init.name, 'the group is not seen');
  return group;
}

/**
 * Makes a linear or striped volume, as lvcreate does.
 *
 * @throws SimulationError `already-exists`, `no-space`.
 */
export function createVolume(
  machine: Machine,
  group: ScannedGroup,
  init: VolumeInit,
): ScannedGroup {
  const segments = init.segments ?? allocate(group.metadata, init);
  const volume = volumeOf(machine, init, { kind: 'plain' }, segments);
  refuseTakenName(group, init.name);
  wipeStart(machine, group, volume);
  const changed = commitMetadata(machine, group, (metadata) => withVolumes(metadata, [volume]));
  if (init.activation !== 'inactive') activateVolume(machine, changed, volume);
  return changed;
}

function allocate(
  group: VolumeGroupMetadata,
  { stripes, extentCount }: VolumeInit,
): readonly AllocatedSegment[] {
  return stripes === undefined
    ? allocateLinear(group, extentCount)
    : allocateStriped(group, extentCount, stripes.count, stripes.sectors);
}

function volumeOf(
  machine: Machine,
  init: VolumeInit,
  role: LogicalVolumeRole,
  segments: readonly AllocatedSegment[],
): LogicalVolumeMetadata {
  return {
    name: init.name,
    uuid: init.uuid ?? machine.world.identifiers.lvmUuid(),
    access: init.access ?? 'read-write',
    visible: role.kind === 'plain' || role.kind === 'thin' || role.kind === 'thin-pool',
    activationSkip: false,
    tags: [...(init.tags ?? [])].sort(),
    role,
    extentCount: init.extentCount,
    segments,
  };
}

export interface ThinPoolInit extends VolumeInit {
  /** Default 64 KiB. */
  readonly chunkSectors?: number;
  readonly metadataExtents?: number;
  /** UUIDs of the hidden volumes: data, metadata, spare. */
  readonly hiddenUuids?: {
    readonly data: string;
    readonly metadata: string;
    readonly spare: string;
  };
}

/** Blocks of 4 KiB that an empty pool's metadata takes. */
const emptyPoolMetadataBlocks = 10;
const metadataBlockSectors = 8;

/** Makes a thin pool with its hidden volumes, the group's spare among them. */
export function createThinPool(
  machine: Machine,
  group: ScannedGroup,
  init: ThinPoolInit,
): ScannedGroup {
  refuseTakenName(group, init.name);
  const metadataExtents = init.metadataExtents ?? 1;
  const hidden = hiddenVolumes(machine, group, init, metadataExtents);
  const pool = volumeOf(
    machine,
    init,
    {
      kind: 'thin-pool',
      data: `${init.name}_tdata`,
      metadata: `${init.name}_tmeta`,
      chunkSectors: init.chunkSectors ?? 128,
    },
    [],
  );
  const changed = commitMetadata(machine, group, (metadata) =>
    withVolumes(metadata, [...hidden, pool]),
  );
  const { extentSectors } = group.metadata;
  machine.thinPools.set(poolKey(changed.metadata, pool), {
    id: poolKey(changed.metadata, pool),
    blockSectors: init.chunkSectors ?? 128,
    dataSectors: init.extentCount * extentSectors,
    metadataBlocks: (metadataExtents * extentSectors) / metadataBlockSectors,
    usedMetadataBlocks: emptyPoolMetadataBlocks,
    transactionId: 0,
    volumes: new Map(),
    nextDataBlock: 0,
  });
  if (init.activation !== 'inactive') activateVolume(machine, changed, pool);
  return changed;
}

/** Spare first, then data with the metadata right behind it. */
function hiddenVolumes(
  machine: Machine,
  group: ScannedGroup,
  init: ThinPoolInit,
  metadataExtents: number,
): readonly LogicalVolumeMetadata[] {
  const uuids = init.hiddenUuids;
  const made: LogicalVolumeMetadata[] = [];
  const add = (
    name: string,
    kind: 'pool-data' | 'pool-metadata' | 'pool-metadata-spare',
    extentCount: number,
    uuid: string | undefined,
    reserve: number,
  ): void => {
    const soFar = withVolumes(group.metadata, made);
    const segments = allocateLinear(soFar, extentCount, reserve);
    const plain = { name, extentCount, ...(uuid === undefined ? {} : { uuid }) };
    made.push({ ...volumeOf(machine, plain, { kind }, segments), visible: false });
  };
  const hasSpare = group.metadata.logicalVolumes.some(
    ({ role }) => role.kind === 'pool-metadata-spare',
  );
  if (!hasSpare) add('lvol0_pmspare', 'pool-metadata-spare', metadataExtents, uuids?.spare, 0);
  add(`${init.name}_tdata`, 'pool-data', init.extentCount, uuids?.data, metadataExtents);
  const data = made.at(-1);
  const behind = data?.segments.at(-1);
  const area = behind?.areas[0];
  if (area !== undefined && behind !== undefined) {
    // LVM allocates both at once: the metadata follows the data.
    const segments: AllocatedSegment[] = [
      {
        startExtent: 0,
        extentCount: metadataExtents,
        stripeSectors: 0,
        areas: [{ ...area, startExtent: area.startExtent + behind.extentCount }],
      },
    ];
    const metadata = { name: `${init.name}_tmeta`, extentCount: metadataExtents };
    made.push({
      ...volumeOf(
        machine,
        { ...metadata, ...(uuids === undefined ? {} : { uuid: uuids.metadata }) },
        { kind: 'pool-metadata' },
        segments,
      ),
      visible: false,
    });
  }
  return made;
}

/** Makes a thin volume in a pool. */
export function createThinLogicalVolume(
  machine: Machine,
  group: ScannedGroup,
  init: VolumeInit & { readonly pool: string },
): ScannedGroup {
  refuseTakenName(group, init.name);
  const pool = volumeNamed(group.metadata, init.pool);
  const state = machine.thinPools.get(poolKey(group.metadata, pool));
  if (state === undefined) throw new SimulationError('not-found', init.pool, 'no such thin pool');
  const deviceId = Math.max(0, ...state.volumes.keys()) + 1;
  state.transactionId += 1;
  createThinVolume(machine, state, deviceId, init.extentCount * group.metadata.extentSectors);
  const volume = volumeOf(machine, init, { kind: 'thin', pool: init.pool, deviceId }, []);
  const changed = commitMetadata(machine, group, (metadata) => withVolumes(metadata, [volume]));
  if (init.activation !== 'inactive') activateVolume(machine, changed, volume);
  return changed;
}
