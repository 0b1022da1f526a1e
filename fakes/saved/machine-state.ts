import { isActive } from '../domains/operations.js';
import { beginWorkload } from '../domains/workload.js';
import { SimulatedFileSystem } from '../filesystem/file-system.js';
import { addMachine } from '../world/create.js';
import type { Machine, World } from '../world/state.js';

/** Parts of a machine that are no state: they are made anew. */
const livingParts = ['world', 'kernelListeners', 'processes', 'fileLocks', 'udev'] as const;

/** What lasts of a machine: plain data, Maps, Sets and file systems, still the machine's own. */
export function stateOf(machine: Machine): object {
  const { queue: _queue, ...udevSettings } = machine.udev;
  const state = Object.fromEntries(
    Object.entries(machine).filter(([key]) => !livingParts.some((part) => part === key)),
  );
  return { ...state, udevSettings };
}

/** Makes a machine of such a state; its guests go on writing. */
export function placeMachine(world: World, name: string, state: object): void {
  const blank = SimulatedFileSystem.make({ type: 'ext4', sizeBytes: 1 });
  const machine = addMachine(world, { name, rootFileSystem: blank });
  const { udevSettings, ...rest } = Object.assign({ udevSettings: {} }, state);
  Object.assign(machine, rest);
  Object.assign(machine.udev, udevSettings);
  for (const domain of machine.domains.values()) {
    if (isActive(domain)) beginWorkload(machine, domain);
  }
}
