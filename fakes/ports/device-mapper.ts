import type { DeviceMap, DeviceMapper } from '../../src/ports/index.js';
import type { StepSegment } from '../../src/core/steps/index.js';
import { allMaps, deviceAt, keyOf, mapNamed, requireDeviceAt } from '../block/devices.js';
import { createMap, removeMap } from '../block/maps.js';
import { openCount } from '../block/openings.js';
import { targetStatus } from '../block/status.js';
import type { MapDevice, Target } from '../block/types.js';
import { settleUdev } from '../block/udev-queue.js';
import type { Machine } from '../world/state.js';
import { orPortError, portError } from './errors.js';
import { holdersOf, waitUntil } from './holders.js';

const udevLimitMs = 180_000;

/** The device mapper of a simulated machine. */
export function simulatedDeviceMapper(machine: Machine): DeviceMapper {
  return {
    list: async () => allMaps(machine).map((map) => describe(machine, map)),
    async create(request) {
      const map = orPortError(machine, () =>
        createMap(machine, {
          name: request.name,
          uuid: request.uuid,
          access: request.access,
          table: request.segments.map((segment) => targetOf(machine, segment)),
        }),
      );
      await settleUdev(machine, udevLimitMs);
      return describe(machine, map);
    },
    remove: (name, uuid) => remove(machine, name, uuid),
    async status(name) {
      const map = mapNamed(machine, name);
      if (map === undefined) throw portError(machine, 'device-not-found', `no map ${name}`);
      return map.table.map((target) => statusLine(machine, map, target)).join('\n');
    },
    async flush(device) {
      if (deviceAt(machine, device) === undefined) {
        throw portError(machine, 'device-not-found', `no device ${device}`);
      }
    },
  };
}

function describe(machine: Machine, map: MapDevice): DeviceMap {
  const { name, uuid, number, readOnly } = map;
  return {
    name,
    uuid,
    deviceNumber: number,
    openCount: openCount(machine, keyOf(number)),
    readOnly,
  };
}

function statusLine(machine: Machine, map: MapDevice, target: Target): string {
  const { start, sectors, kind } = target;
  return `${start} ${sectors} ${kind} ${targetStatus(machine, map, target)}`.trimEnd();
}

function targetOf(machine: Machine, segment: StepSegment): Target {
  const range = { start: segment.startSector, sectors: segment.sectors };
  const key = (path: string): string => keyOf(requireDeviceAt(machine, path).number);
  if (segment.kind === 'error') return { kind: 'error', ...range };
  if (segment.kind === 'linear') {
    const { device, offsetSectors } = segment;
    return { kind: 'linear', ...range, device: key(device), offset: offsetSectors };
  }
  return {
    kind: 'striped',
    ...range,
    chunkSectors: segment.chunkSectors,
    stripes: segment.stripes.map(({ device, offsetSectors }) => ({
      device: key(device),
      offset: offsetSectors,
    })),
  };
}

async function remove(machine: Machine, name: string, uuid: string): Promise<void> {
  const map = mapNamed(machine, name);
  if (map === undefined) return;
  if (map.uuid !== uuid) {
    throw portError(machine, 'ownership-unproven', `map ${name} bears another UUID`);
  }
  const key = keyOf(map.number);
  if (!(await waitUntil(machine, () => openCount(machine, key) === 0))) {
    const holders = holdersOf(machine, key);
    throw portError(machine, 'volume-busy', `map ${name} is in use: ${holders.join(', ')}`, {
      holders,
    });
  }
  // Somebody else may have removed it meanwhile.
  if (mapNamed(machine, name) === map) removeMap(machine, name);
  await settleUdev(machine, udevLimitMs);
}
