import { keyOf } from '../../block/devices.js';
import { withDeviceAt } from '../../block/images.js';
import { type ByteRegion, bytesOf, digestOf } from '../../block/regions.js';
import type { DeviceKey } from '../../block/types.js';
import { isSimulationError } from '../../world/errors.js';
import type { Machine } from '../../world/state.js';
import { failed, printed } from '../types.js';
import type { SimulatedScript } from './types.js';

/** READ_REGIONS_SCRIPT. */
export const readRegionsScript: SimulatedScript = async (machine, [, mode, ...words]) => {
  const lines: string[] = [];
  for (let index = 0; index + 2 < words.length; index += 3) {
    const [path = '', offset, length] = words.slice(index, index + 3);
    const region = { offsetBytes: Number(offset), lengthBytes: Number(length) };
    const line = withDeviceAt(machine, path, (device) =>
      device === undefined
        ? { complaint: `dd: failed to open '${path}': No such file or directory\n` }
        : readRegion(machine, keyOf(device.number), path, region, mode === 'digest'),
    );
    if (typeof line !== 'string') return { ...failed(1, line.complaint), stdout: lines.join('') };
    lines.push(`${line}\n`);
  }
  return printed(lines.join(''));
};

function readRegion(
  machine: Machine,
  key: DeviceKey,
  path: string,
  region: ByteRegion,
  asDigest: boolean,
): string | { readonly complaint: string } {
  try {
    return asDigest
      ? `${digestOf(machine, key, region)}  -`
      : bytesOf(machine, key, region).toString('hex');
  } catch (error) {
    if (!isSimulationError(error)) throw error;
    return { complaint: `dd: error reading '${path}': Input/output error\n` };
  }
}
