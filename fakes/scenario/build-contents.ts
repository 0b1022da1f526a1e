import { writeContent } from '../block/contents.js';
import { keyOf, requireDeviceAt, sectorsOf } from '../block/devices.js';
import { sectorSizes } from '../block/sector-sizes.js';
import { mapSlices, unmapSlices } from '../block/partition-maps.js';
import type { BlockDevice, TableEntry } from '../block/types.js';
import { SimulatedFileSystem } from '../filesystem/file-system.js';
import { timestampFromMs } from '../filesystem/inode.js';
import type { Superblock } from '../filesystem/types.js';
import { populate } from '../filesystem/populate.js';
import { activateGroup, deactivateGroup } from '../lvm/activate-group.js';
import {
  createPhysicalVolume,
  createVolume,
  createVolumeGroup,
  defaultExtentSectors,
  type VolumeGroupInit,
} from '../lvm/create.js';
import type { AllocatedSegment } from '../lvm/types.js';
import type { ScannedGroup } from '../lvm/scan.js';
import { SimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import { entriesOf } from './files.js';
import { layoutPartitions } from './partitions.js';
import type { ContentInput, GroupInput, GuestVolumeInput } from './schema-content.js';

const sectorBytes = 512;

/** One device and what is to stand on it. */
export interface ContentRequest {
  readonly device: BlockDevice;
  readonly content: ContentInput;
}

/**
 * Writes contents onto the disks of one guest. Volume groups may lie on several of them: first
 * tables and plain contents are written, then each group with all its physical volumes.
 */
export function writeContents(machine: Machine, requests: readonly ContentRequest[]): void {
  const groups: GroupPlan[] = [];
  const mapped: BlockDevice[] = [];
  const visit = ({ device, content }: ContentRequest): void => {
    if ('table' in content) {
      const table = writeTable(machine, device, content);
      mapped.push(device);
      for (const inner of table) visit(inner);
    } else if ('volumeGroup' in content) {
      groups.push({
        input: content,
        devices: [physicalVolume(device, content.physicalVolumeUuid, content.firstExtent)],
      });
    } else if ('physicalVolumeOf' in content) {
      const group = groups.find(({ input }) => input.volumeGroup === content.physicalVolumeOf);
      if (group === undefined) {
        throw new SimulationError(
          'not-found',
          content.physicalVolumeOf,
          'the volume group must be described on an earlier device of the guest',
        );
      }
      group.devices.push(physicalVolume(device, content.uuid, content.firstExtent));
    } else if ('physicalVolume' in content) {
      createPhysicalVolume(machine, device, physicalVolume(device, content.uuid));
    } else writePlain(machine, device, content);
  };
  for (const request of requests) visit(request);
  for (const group of groups) writeGroup(machine, group);
  for (const device of mapped.reverse()) unmapSlices(machine, device);
}

interface GroupPlan {
  readonly input: GroupInput;
  readonly devices: VolumeGroupInit['devices'][number][];
}

function physicalVolume(
  device: BlockDevice,
  uuid: string | undefined,
  firstExtent?: number,
): VolumeGroupInit['devices'][number] {
  return {
    device,
    ...(uuid === undefined ? {} : { uuid }),
    ...(firstExtent === undefined ? {} : { extentsStart: firstExtent / sectorBytes }),
  };
}

function writeTable(
  machine: Machine,
  device: BlockDevice,
  content: Extract<ContentInput, { table: unknown }>,
): readonly ContentRequest[] {
  const { identifiers } = machine.world;
  const isGpt = content.table === 'gpt';
  const entries: readonly TableEntry[] = layoutPartitions(content, sectorsOf(device), () =>
    identifiers.uuid(),
  );
  writeContent(machine, keyOf(device.number), {
    kind: 'partition-table',
    label: content.table,
    uuid: content.uuid ?? (isGpt ? identifiers.uuid() : identifiers.hex(8)),
    logicalSectorBytes: content.sectorSize ?? sectorSizes(machine, device).logicalSectorBytes,
    entries,
  });
  const results = mapSlices(machine, device, { delimiter: 'p', access: 'read-write' });
  return results.flatMap((result): readonly ContentRequest[] => {
    if (result.kind !== 'mapped') return [];
    const inner = content.partitions[String(result.slice.number)]?.content;
    return inner === undefined ? [] : [{ device: result.map, content: inner }];
  });
}

function writePlain(
  machine: Machine,
  device: BlockDevice,
  content: Exclude<
    ContentInput,
    | { table: unknown }
    | { volumeGroup: unknown }
    | { physicalVolumeOf: unknown }
    | { physicalVolume: unknown }
  >,
): void {
  const key = keyOf(device.number);
  const { identifiers } = machine.world;
  const sizeBytes = sectorsOf(device) * sectorBytes;
  const label = content.label === undefined ? {} : { label: content.label };
  if ('swap' in content) {
    const uuid = content.uuid ?? identifiers.uuid();
    writeContent(machine, key, { kind: 'swap', uuid, ...label, sectors: sectorsOf(device) });
  } else if ('other' in content) {
    writeContent(machine, key, {
      kind: 'other',
      type: content.other,
      usage: content.usage ?? 'filesystem',
      ...(content.uuid === undefined ? {} : { uuid: content.uuid }),
      ...(content.deviceUuid === undefined ? {} : { subUuid: content.deviceUuid }),
      ...label,
      sectors: sectorsOf(device),
      digest: content.digest ?? identifiers.hex(16),
    });
  } else {
    const image = makeFileSystem(machine, content, sizeBytes);
    writeContent(machine, key, { kind: 'file-system', image });
  }
}

function makeFileSystem(
  machine: Machine,
  content: Extract<ContentInput, { fileSystem: unknown }>,
  deviceBytes: number,
): SimulatedFileSystem {
  const nowMs = machine.world.clock.now();
  const at = timestampFromMs(nowMs);
  const image = SimulatedFileSystem.make({
    type: content.fileSystem,
    uuid: content.uuid ?? volumeId(machine, content.fileSystem),
    ...(content.label === undefined ? {} : { label: content.label }),
    ...(content.unknownFeatures === undefined ? {} : { unknownFeatures: content.unknownFeatures }),
    ...(content.fileSystem === 'btrfs' ? btrfsDevices(machine, content) : {}),
    sizeBytes: content.size ?? deviceBytes,
    madeAt: at,
  });
  // What is written while it is "in use" stands in the journal only.
  if (content.journal === 'dirty') image.beginUse(nowMs);
  for (const path of content.subvolumes ?? []) populate(image.tree, { [path]: directory }, at);
  populate(image.tree, entriesOf(content.files ?? {}), at);
  return image;
}

const directory = { kind: 'directory' } as const;

function btrfsDevices(
  machine: Machine,
  { deviceUuid, otherDevices, subvolumes }: Extract<ContentInput, { fileSystem: unknown }>,
): Pick<Superblock, 'subUuid' | 'otherDevices' | 'subvolumes'> {
  return {
    subUuid: deviceUuid ?? machine.world.identifiers.uuid(),
    ...(otherDevices === undefined ? {} : { otherDevices }),
    ...(subvolumes === undefined ? {} : { subvolumes }),
  };
}

/** vfat has a serial number of eight digits. */
function volumeId(machine: Machine, type: string): string {
  const { identifiers } = machine.world;
  if (type !== 'vfat') return identifiers.uuid();
  const digits = identifiers.hex(8).toUpperCase();
  return `${digits.slice(0, 4)}-${digits.slice(4)}`;
}

function writeGroup(machine: Machine, { input, devices }: GroupPlan): void {
  const extentSectors =
    input.extentSize === undefined ? defaultExtentSectors : input.extentSize / sectorBytes;
  let group: ScannedGroup = createVolumeGroup(machine, {
    name: input.volumeGroup,
    ...(input.uuid === undefined ? {} : { uuid: input.uuid }),
    extentSectors,
    devices,
  });
  for (const [name, volume] of Object.entries(input.volumes)) {
    const { stripes, stripeSize = 65_536, uuid, segments } = volume;
    group = createVolume(machine, group, {
      name,
      extentCount: Math.ceil(volume.size / sectorBytes / extentSectors),
      ...(uuid === undefined ? {} : { uuid }),
      ...(stripes === undefined
        ? {}
        : { stripes: { count: stripes, sectors: stripeSize / sectorBytes } }),
      ...(segments === undefined ? {} : { segments: segmentsOf(segments, extentSectors) }),
    });
  }
  activateGroup(machine, group);
  const inner = Object.entries(input.volumes).flatMap(([name, { content }]) =>
    content === undefined
      ? []
      : [{ device: requireDeviceAt(machine, `/dev/${input.volumeGroup}/${name}`), content }],
  );
  writeContents(machine, inner);
  deactivateGroup(machine, group);
}

/** One behind the other, at the very extents that are named. */
function segmentsOf(
  segments: NonNullable<GuestVolumeInput['segments']>,
  extentSectors: number,
): readonly AllocatedSegment[] {
  let startExtent = 0;
  return segments.map(({ size, stripeSize = 0, areas }) => {
    const extentCount = Math.ceil(size / sectorBytes / extentSectors);
    const placed = {
      startExtent,
      extentCount,
      stripeSectors: stripeSize / sectorBytes,
      areas: areas.map(({ physicalVolume: uuid, extent }) => ({
        physicalVolume: uuid,
        startExtent: extent,
      })),
    };
    startExtent += extentCount;
    return placed;
  });
}
