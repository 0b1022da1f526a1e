import type { Machine, UdevEvent } from '../world/state.js';
import { keyOf } from './devices.js';
import type { BlockDevice } from './types.js';

/** The kernel announces something about a device; udev handles it after its delay. */
export function queueUdevEvent(
  machine: Machine,
  device: BlockDevice,
  action: UdevEvent['action'],
): UdevEvent {
  const { udev } = machine;
  const dueMs = machine.world.clock.elapsedMs() + udev.delayMs;
  const event: UdevEvent = {
    number: udev.nextEvent,
    action,
    device: keyOf(device.number),
    kernelName: device.kernelName,
    dueMs,
    doneMs: dueMs + udev.handlingMs,
  };
  udev.nextEvent += 1;
  udev.queue.push(event);
  for (const listener of machine.kernelListeners) {
    listener({ kind: 'uevent', event: event.number });
  }
  return event;
}

/**
 * Waits until udev has handled everything that is in its queue, as `udevadm settle` does and as
 * tools do that wait for their device's cookie.
 *
 * @returns false when the time is over before.
 */
export async function settleUdev(machine: Machine, limitMs: number): Promise<boolean> {
  const { clock } = machine.world;
  const deadline = clock.elapsedMs() + limitMs;
  while (machine.udev.queue.length > 0) {
    const done = Math.max(...machine.udev.queue.map((event) => event.doneMs));
    const now = clock.elapsedMs();
    if (now >= deadline) return false;
    // At least a moment: an event may leave the queue in the same instant, but after us.
    await clock.sleep(Math.max(1, Math.min(done, deadline) - now));
  }
  return true;
}
