import type { PartitionMap } from '../../src/core/model/index.js';
import type { PartitionMapper } from '../../src/ports/index.js';
import { deviceAt, keyOf, mapNamed } from '../block/devices.js';
import { mapSlices, type SliceResult, unmapSlices } from '../block/partition-maps.js';
import type { BlockDevice } from '../block/types.js';
import { settleUdev } from '../block/udev-queue.js';
import type { Machine } from '../world/state.js';
import { orPortError, portError } from './errors.js';
import { holdersOf, waitUntil } from './holders.js';

const udevLimitMs = 180_000;

/** The partition mapper of a simulated machine. */
export function simulatedPartitionMapper(machine: Machine): PartitionMapper {
  return {
    async add({ device, access }) {
      const disk = deviceAt(machine, device);
      if (disk === undefined) throw portError(machine, 'device-not-found', `no device ${device}`);
      const results = orPortError(machine, () =>
        mapSlices(machine, disk, { delimiter: 'p', access }),
      );
      const maps = results.map((result) => mapped(machine, result));
      await settleUdev(machine, udevLimitMs);
      return maps;
    },
    async remove(device) {
      const disk = deviceAt(machine, device);
      if (disk === undefined) return;
      let busy = removeAll(machine, disk);
      await waitUntil(machine, () => {
        if (busy !== undefined) busy = removeAll(machine, disk);
        return busy === undefined;
      });
      if (busy !== undefined) throw busyError(machine, busy);
      await settleUdev(machine, udevLimitMs);
    },
  };
}

function mapped(machine: Machine, result: SliceResult): PartitionMap {
  if (result.kind !== 'mapped') {
    const reason = result.kind === 'refused' ? result.reason : result.error.message;
    throw portError(machine, 'command-failed', `${result.name} cannot be mapped: ${reason}`);
  }
  const { slice, map } = result;
  return {
    number: slice.number,
    name: map.name,
    deviceNumber: map.number,
    sizeSectors: slice.sectors,
  };
}

/** Name of the map that is in use, `undefined` when none is left. */
function removeAll(machine: Machine, disk: BlockDevice): string | undefined {
  return unmapSlices(machine, disk).find(({ kind }) => kind === 'in-use')?.name;
}

function busyError(machine: Machine, name: string): Error {
  const map = mapNamed(machine, name);
  const holders = map === undefined ? [] : holdersOf(machine, keyOf(map.number));
  return portError(machine, 'volume-busy', `${name} is in use: ${holders.join(', ')}`, { holders });
}
