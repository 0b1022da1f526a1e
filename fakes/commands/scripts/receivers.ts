import { signalProcess } from '../../runner/processes.js';
import type { Machine, SimulatedProcess } from '../../world/state.js';
import { failed, printed } from '../types.js';
import type { SimulatedScript } from './types.js';

/** When the script turns to KILL, and when it gives up, in tenths of a second. */
const killAfter = 50;
const giveUpAfter = 150;

/** STOP_RECEIVERS_SCRIPT: ends what bears the tag, and looks until nothing does. */
export const stopReceiversScript: SimulatedScript = async (machine, [, tag = ''], streams) => {
  const { clock } = machine.world;
  for (let waited = 0; ; waited += 1) {
    const found = receivers(machine, tag);
    if (found.length === 0) return printed('');
    if (waited === 0) for (const process of found) signalProcess(process, 'TERM');
    if (waited >= killAfter) for (const process of found) signalProcess(process, 'KILL');
    if (waited >= giveUpAfter) {
      return failed(1, '', found.map(({ processId, name }) => `${processId}\t${name}\n`).join(''));
    }
    await clock.sleep(100, streams.killed);
  }
};

/** Processes that bear the tag, or one that begins with it, in environment or arguments. */
function receivers(machine: Machine, tag: string): readonly SimulatedProcess[] {
  const escaped = tag.replaceAll(/[^A-Za-z0-9]/g, '\\$&');
  const pattern = new RegExp(`XEN_BACKUP_COPY=${escaped}($|[^A-Za-z0-9])`);
  return [...machine.processes.values()].filter((process) =>
    [...process.environment, ...process.argv].some((text) => pattern.test(text)),
  );
}
