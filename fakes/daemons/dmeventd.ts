import { keyOf } from '../block/devices.js';
import type { MapDevice } from '../block/types.js';
import { mountsOfDevice } from '../filesystem/mount-table.js';
import { unmountLazily } from '../filesystem/unmounting.js';
import type { Machine } from '../world/state.js';

/** Simulated time from the kernel's event to the unmount (measured: 0.6 s). */
const reactionMs = 600;

const started = new WeakSet<Machine>();

/**
 * dmeventd on a machine: when a monitored snapshot overflows it unmounts it, lazily and by force,
 * so that its mount point lists empty without any error. A machine is made with it; a
 * second call does nothing.
 */
export function startEventDaemon(machine: Machine): void {
  if (started.has(machine)) return;
  started.add(machine);
  machine.kernelListeners.push((notice) => {
    if (notice.kind !== 'snapshot-invalid') return;
    const { map } = notice;
    const boot = machine.bootId;
    machine.world.clock.scheduleBackground(reactionMs, () => {
      if (machine.bootId === boot) react(machine, map);
    });
  });
}

function react(machine: Machine, map: MapDevice): void {
  const { running, monitored } = machine.eventDaemon;
  if (!running || !monitored.has(map.uuid) || !machine.devices.has(keyOf(map.number))) return;
  for (const mount of mountsOfDevice(machine, map.number)) unmountLazily(machine, mount);
  // It has nothing more to do for this snapshot.
  monitored.delete(map.uuid);
}
