import type { LogicalVolume, VolumeGroup } from '../../src/core/model/index.js';
import { lvmMapName } from '../block/lvm-names.js';
import { sectorBytes } from '../block/types.js';
import { freeExtents, totalExtents } from '../lvm/allocate.js';
import type { ScannedGroup } from '../lvm/scan.js';
import { volumeState } from '../lvm/state.js';
import { volumeSectors } from '../lvm/tables.js';
import type { LogicalVolumeMetadata } from '../lvm/types.js';
import type { Machine } from '../world/state.js';

/** A group of the host as the core knows it. */
export function describeGroup({ metadata }: ScannedGroup): VolumeGroup {
  const extentSizeBytes = metadata.extentSectors * sectorBytes;
  return {
    name: metadata.name,
    uuid: metadata.uuid,
    sizeBytes: totalExtents(metadata) * extentSizeBytes,
    freeBytes: freeExtents(metadata) * extentSizeBytes,
    extentSizeBytes,
  };
}

/** A volume of the host as the core knows it. */
export function describeVolume(
  machine: Machine,
  group: ScannedGroup,
  volume: LogicalVolumeMetadata,
): LogicalVolume {
  const state = volumeState(machine, group, volume);
  const { name, uuid, role, tags } = volume;
  const hasPath = volume.visible && role.kind !== 'thin-pool';
  return {
    name,
    volumeGroup: group.metadata.name,
    uuid,
    deviceMapperPath: `/dev/mapper/${lvmMapName(group.metadata.name, name)}`,
    path: hasPath ? `/dev/${group.metadata.name}/${name}` : '',
    sizeBytes: volumeSectors(group, volume) * sectorBytes,
    segmentType: segmentTypeOf(volume),
    active: state.map !== undefined,
    open: state.isOpen,
    ...originOf(volume),
    ...(role.kind === 'thin' ? { pool: role.pool } : {}),
    ...(state.data === undefined ? {} : { dataPercent: percentOf(state.data) }),
    snapshotInvalid: state.snapshot === 'invalid',
    tags,
  };
}

function originOf({ role }: LogicalVolumeMetadata): { readonly origin?: string } {
  const origin = role.kind === 'snapshot' || role.kind === 'thin' ? role.origin : undefined;
  return origin === undefined ? {} : { origin };
}

function percentOf({ used, total }: { readonly used: number; readonly total: number }): number {
  return Math.round((used / total) * 10_000) / 100;
}

/** `mixed` where a volume has segments of several types. */
function segmentTypeOf({ role, segments }: LogicalVolumeMetadata): string {
  if (role.kind === 'thin' || role.kind === 'thin-pool') return role.kind;
  if (role.kind === 'foreign') return role.segmentType;
  const types = new Set(segments.map(({ areas }) => (areas.length > 1 ? 'striped' : 'linear')));
  const [first = 'linear', ...others] = types;
  return others.length === 0 ? first : 'mixed';
}
