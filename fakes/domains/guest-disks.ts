import { beginsIn } from '../block/contents.js';
import { deviceAt, keyOf } from '../block/devices.js';
import { loopDevices } from '../block/loops.js';
import { resolveRange, wholeOf } from '../block/resolve.js';
import { type ContentRecord, type DeviceKey, type Extent, liveView } from '../block/types.js';
import { noteFileSystemWrite } from '../block/writes.js';
import type { SimulatedFileSystem } from '../filesystem/file-system.js';
import { asSimulated } from '../filesystem/as-simulated.js';
import { isSimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import type { SimulatedDomain } from './types.js';

/** A file system inside a guest's disks, as the guest itself has it mounted. */
export interface GuestFileSystem {
  readonly record: ContentRecord;
  readonly fileSystem: SimulatedFileSystem;
}

/** Sources of a domain's disks on block devices, media of drives left out. */
export function blockSources(domain: SimulatedDomain): readonly string[] {
  const { definition } = domain;
  if (definition.kind === 'parts') {
    return definition.disks
      .filter(
        ({ sourceKind, device, source }) =>
          isDisk(device) && sourceKind === 'block' && source !== '',
      )
      .map(({ source }) => source);
  }
  // A document of the scenario's own: the attribute is what the hypervisor would read.
  const disks = [...definition.xml.matchAll(/<disk\b[^]*?<\/disk>/g)].map(([text]) => text);
  return disks
    .filter((text) => !/device\s*=\s*['"](cdrom|floppy)['"]/.test(text))
    .flatMap((text) => /<source\b[^>]*\bdev\s*=\s*(['"])(.*?)\1/.exec(text)?.[2] ?? []);
}

/** Image files of a domain's disks. */
export function fileSources(domain: SimulatedDomain): readonly string[] {
  const { definition } = domain;
  if (definition.kind !== 'parts') return [];
  return definition.disks
    .filter(
      ({ sourceKind, device, source }) => isDisk(device) && sourceKind === 'file' && source !== '',
    )
    .map(({ source }) => source);
}

/** Pieces of backing store behind each disk, in order, whether a device or a file carries it. */
export function diskExtents(
  machine: Machine,
  domain: SimulatedDomain,
): readonly (readonly Extent[])[] {
  return [...blockSources(domain), ...fileSources(domain)].flatMap((path) => {
    const device = deviceAt(machine, path);
    if (device !== undefined) {
      return [resolveRange(machine, keyOf(device.number), wholeOf(device))];
    }
    const image = [...machine.images.values()].find((candidate) => candidate.path === path);
    if (image === undefined) return [];
    return [[{ space: image.space, view: liveView, start: 0, sectors: image.sectors }]];
  });
}

function isDisk(device: string): boolean {
  return device === 'disk' || device === 'lun';
}

/** Devices of the disks that exist on this machine. */
export function diskDevices(machine: Machine, domain: SimulatedDomain): readonly DeviceKey[] {
  const block = blockSources(domain).flatMap((path) => {
    const device = deviceAt(machine, path);
    return device === undefined ? [] : [keyOf(device.number)];
  });
  // For a file the hypervisor's block script makes a loop device, for as long as the guest runs.
  const loops = loopDevices(machine).filter(({ owner }) => owner === domain.name);
  return [...block, ...loops.map(({ number }) => keyOf(number))];
}

/** Every file system that begins anywhere on the guest's disks, its own LVs included. */
export function guestFileSystems(
  machine: Machine,
  domain: SimulatedDomain,
): readonly GuestFileSystem[] {
  const found = new Map<ContentRecord, GuestFileSystem>();
  for (const extents of diskExtents(machine, domain)) {
    for (const extent of extents) {
      for (const record of machine.views.get(extent.view)?.values() ?? []) {
        if (record.content.kind !== 'file-system' || !beginsIn(record, extent)) continue;
        found.set(record, { record, fileSystem: asSimulated(record.content.image) });
      }
    }
  }
  return [...found.values()];
}

/** The guest writes to each of its disks: snapshots of them fill. */
export function writeToDisks(machine: Machine, domain: SimulatedDomain, bytes: number): void {
  for (const key of diskDevices(machine, domain)) {
    try {
      noteFileSystemWrite(machine, key, bytes);
    } catch (error) {
      // A full pool or a read-only disk: the guest sees an input/output error and goes on.
      if (!isSimulationError(error)) throw error;
    }
  }
}
