import type {
  GuestLogicalVolume,
  GuestSegment,
  GuestVolumeGroup,
} from '../../src/core/model/index.js';
import { sectorBytes } from '../block/types.js';
import { type ScannedGroup, scanLvm } from '../lvm/scan.js';
import { volumeSectors } from '../lvm/tables.js';
import type { AllocatedSegment, LogicalVolumeMetadata } from '../lvm/types.js';
import type { Machine } from '../world/state.js';
import { portError } from './errors.js';

/** The groups whose physical volumes lie on the devices given, and on nothing else. */
export function readGuestGroups(
  machine: Machine,
  devices: readonly string[],
): readonly GuestVolumeGroup[] {
  const scan = scanLvm(machine, {
    scanLogicalVolumes: 'on',
    accept: (paths) => paths.find((path) => devices.includes(path)),
  });
  const seen = [
    ...scan.groups.flatMap(({ present }) => [...present.values()]),
    ...scan.orphans,
  ].map(({ path }) => path);
  const overlooked = devices.find((device) => !seen.includes(device));
  if (overlooked !== undefined) {
    throw portError(machine, 'output-unexpected', `no physical volume on ${overlooked}`);
  }
  return scan.groups.map(describe);
}

function describe(group: ScannedGroup): GuestVolumeGroup {
  const { metadata, present, missing } = group;
  const extentSizeBytes = metadata.extentSectors * sectorBytes;
  return {
    name: metadata.name,
    uuid: metadata.uuid,
    extentSizeBytes,
    missingPhysicalVolumes: missing.length,
    physicalVolumes: metadata.physicalVolumes.flatMap((member) => {
      const volume = present.get(member.uuid);
      if (volume === undefined) return [];
      return {
        uuid: member.uuid,
        device: volume.path,
        firstExtentBytes: member.extentsStart * sectorBytes,
        sizeBytes: member.extentCount * extentSizeBytes,
      };
    }),
    logicalVolumes: metadata.logicalVolumes
      .filter(({ visible }) => visible)
      .map((volume) => describeVolume(group, volume)),
  };
}

function describeVolume(group: ScannedGroup, volume: LogicalVolumeMetadata): GuestLogicalVolume {
  const sizeBytes = volumeSectors(group, volume) * sectorBytes;
  const whole = { startBytes: 0, sizeBytes, stripeSizeBytes: 0, areas: [] };
  const { role } = volume;
  const foreignType = role.kind === 'foreign' ? role.segmentType : role.kind;
  const segments: readonly GuestSegment[] =
    role.kind === 'plain'
      ? volume.segments.map((segment) => describeSegment(group, segment))
      : [{ ...whole, type: foreignType }];
  return { name: volume.name, uuid: volume.uuid, sizeBytes, segments };
}

/** A segment on a physical volume that is missing is `partial` and has no areas. */
function describeSegment(group: ScannedGroup, segment: AllocatedSegment): GuestSegment {
  const extentSizeBytes = group.metadata.extentSectors * sectorBytes;
  const areas = segment.areas.flatMap(({ physicalVolume, startExtent }) => {
    const device = group.present.get(physicalVolume)?.path;
    return device === undefined ? [] : [{ device, firstExtent: startExtent }];
  });
  const isWhole = areas.length === segment.areas.length;
  const type = areas.length > 1 ? 'striped' : 'linear';
  return {
    type: isWhole ? type : 'partial',
    startBytes: segment.startExtent * extentSizeBytes,
    sizeBytes: segment.extentCount * extentSizeBytes,
    stripeSizeBytes: segment.stripeSectors * sectorBytes,
    areas: isWhole ? areas : [],
  };
}
