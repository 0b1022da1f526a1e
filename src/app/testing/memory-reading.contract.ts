import { createHash } from 'node:crypto';
import { probeOf, tableOf } from '../../core/testing/guest-machine.contract.js';
import type { Layout, LayoutDevice } from '../../core/testing/layout.contract.js';
import type { ContentProbe, PartitionTableReader, RegionReader } from '../../ports/index.js';
import type { DeviceOwner, Shown } from './memory-shown.contract.js';

/** What can be looked at. */
interface DevicesInMemory {
  readonly maps: ReadonlyMap<string, Shown>;
  /** What was written to the start of a device, by path. */
  readonly starts: ReadonlyMap<string, Uint8Array>;
  shown(path: string): Shown;
}

/** The tables of devices in memory. */
export function memoryTables(devices: DevicesInMemory, host: DeviceOwner): PartitionTableReader {
  return {
    readTable: (path) => host.call(`table ${path}`, () => tableOf(devices.shown(path).device)),
  };
}

/** What devices in memory bear. */
export function memoryContents(devices: DevicesInMemory, host: DeviceOwner): ContentProbe {
  return {
    probe: (path) => host.call(`probe ${path}`, () => probeOf(devices.shown(path).device)),
    sizeBytes: (path) => host.call(`size ${path}`, () => devices.shown(path).device.sizeBytes),
  };
}

/** Every piece of a guest's disk tells how often its file systems were used. */
export function memoryRegions(devices: DevicesInMemory, host: DeviceOwner): RegionReader {
  return {
    digest: (regions) => {
      // Through maps of ours only starts of disks are asked for: tables, which no use changes.
      const isOurs = regions.every(({ device }) =>
        devices.maps.has(device.split('/').at(-1) ?? ''),
      );
      return host.call(isOurs ? 'starts' : 'digest', () =>
        regions.map(({ device, offsetBytes }) => {
          const uses = isOurs
            ? []
            : uuidsOf(devices.shown(device).layout).map((uuid) => host.mounts.uses.get(uuid));
          const text = JSON.stringify([offsetBytes, uses]);
          return createHash('sha256').update(text).digest('hex');
        }),
      );
    },
    read: (regions) =>
      host.call('read-regions', () =>
        regions.map(({ device, lengthBytes }) => {
          const start = devices.starts.get(device) ?? startOf(devices, device);
          return Uint8Array.from({ length: lengthBytes }, (_, index) => start[index] ?? 0);
        }),
      ),
  };
}

/** A header of swap where there is swap; it says nothing but that. */
function startOf(devices: DevicesInMemory, path: string): Uint8Array {
  const { body } = devices.shown(path).device;
  const isSwap = body.kind === 'leaf' && body.content.kind === 'swap';
  return isSwap ? Buffer.from('SWAPSPACE2'.padStart(4096, '\0')) : new Uint8Array(0);
}

/** UUIDs of all file systems of a layout. */
function uuidsOf(layout: Layout): readonly string[] {
  const within = ({ body }: LayoutDevice): readonly string[] => {
    if (body.kind === 'table') {
      return body.partitions.flatMap(({ device }) => (device === undefined ? [] : within(device)));
    }
    if (body.kind !== 'leaf' || body.content.kind !== 'file-system') return [];
    return [body.content.uuid ?? ''];
  };
  return [
    ...[...layout.disks.values()].flatMap(within),
    ...layout.groups.flatMap(({ volumes }) => volumes.flatMap(({ device }) => within(device))),
  ];
}
