import type { Machine } from '../world/state.js';
import { keyOf } from './devices.js';
import { openCount } from './openings.js';
import type { LoopDevice } from './types.js';

/** Loop devices in use. One that was to be detached while it was busy goes with its last user. */
export function loopDevices(machine: Machine): readonly LoopDevice[] {
  const loops = [...machine.devices.values()].filter((device) => device.kind === 'loop');
  for (const loop of loops) if (loop.autoclear === true) detachLoop(machine, loop);
  return loops.filter(({ number }) => machine.devices.has(keyOf(number)));
}

/** `losetup --detach`: a device that is busy goes when it is closed. */
export function detachLoop(machine: Machine, loop: LoopDevice): void {
  if (openCount(machine, keyOf(loop.number)) > 0) {
    loop.autoclear = true;
    return;
  }
  machine.devices.delete(keyOf(loop.number));
  machine.tableGeneration += 1;
}
