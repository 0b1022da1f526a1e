import { mapsOver } from '../../block/openings.js';
import { usersOfDevice } from '../../filesystem/unmounting.js';
import { printed } from '../types.js';
import type { SimulatedScript } from './types.js';

/** HOLDERS_SCRIPT: who holds a device or a file system mounted from it. */
export const holdersScript: SimulatedScript = async (machine, [, key = '']) => {
  const [major = 0, minor = 0] = key.split(':').map(Number);
  const opened = machine.openings.flatMap(({ device, by }) =>
    device === key && by.kind === 'process' ? [by.processId] : [],
  );
  const users = usersOfDevice(machine, { major, minor });
  const processes = [...new Set([...opened, ...users])]
    .sort((left, right) => left - right)
    .flatMap((processId) => machine.processes.get(processId) ?? [])
    .map(({ processId, name }) => `${processId}\t${name}\n`);
  const maps = mapsOver(machine, key).map(({ name }) => `map\t${name}\n`);
  return printed([...processes, ...maps].join(''));
};
