import { nbdDevices, nbdNames } from '../../block/nbd.js';
import type { LoopDevice } from '../../block/types.js';
import { printed } from '../types.js';
import type { SimulatedScript } from './types.js';

/** NBD_DEVICES_SCRIPT: network block devices, and what their servers have open below a directory. */
export const nbdDevicesScript: SimulatedScript = async (machine, [, below = '']) => {
  const { devices, maxPartitions } = machine.networkBlockDevices;
  if (devices === 0) return printed('');
  const used = new Map(nbdDevices(machine).map((device) => [device.kernelName, device]));
  const lines = nbdNames(machine).map((name) => {
    const device = used.get(name);
    return device === undefined ? `free\t${name}\n` : usedLine(device, below);
  });
  return printed(`module\t${String(maxPartitions)}\n${lines.join('')}`);
};

function usedLine(device: LoopDevice, below: string): string {
  const { kernelName, number, server, readOnly, sectors, backingFile } = device;
  const words = [
    kernelName,
    `${String(number.major)}:${String(number.minor)}`,
    String(server?.processId),
    readOnly ? '1' : '0',
    String(sectors),
    backingFile.startsWith(`${below}/`) ? backingFile : '-',
  ];
  return `used\t${words.join('\t')}\n`;
}
