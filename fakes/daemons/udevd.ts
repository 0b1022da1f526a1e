import { openDevice } from '../block/openings.js';
import { otherRulesFor } from '../block/udev-rules.js';
import { activateGroup } from '../lvm/activate-group.js';
import { defaultScope, inspect, scanLvm } from '../lvm/scan.js';
import type { Machine, UdevEvent } from '../world/state.js';

const started = new WeakSet<Machine>();

/**
 * udev on a machine: handles each event after its delay, holding the device open for a moment, and
 * activates volume groups whose last physical volume has appeared. A machine is made with it; a
 * second call does nothing.
 */
export function startUdev(machine: Machine): void {
  if (started.has(machine)) return;
  started.add(machine);
  machine.kernelListeners.push((notice) => {
    if (notice.kind !== 'uevent') return;
    const event = machine.udev.queue.find((queued) => queued.number === notice.event);
    if (event !== undefined) scheduleHandling(machine, event);
  });
}

function scheduleHandling(machine: Machine, event: UdevEvent): void {
  const { clock } = machine.world;
  const boot = machine.bootId;
  clock.scheduleBackground(event.dueMs - clock.elapsedMs(), () => {
    if (machine.bootId !== boot) return;
    const exists = event.action !== 'remove' && machine.devices.has(event.device);
    const close = exists
      ? openDevice(machine, { device: event.device, by: { kind: 'udev', event: event.number } })
      : undefined;
    clock.scheduleBackground(event.doneMs - clock.elapsedMs(), () => {
      if (machine.bootId !== boot) return;
      close?.();
      const index = machine.udev.queue.indexOf(event);
      if (index !== -1) machine.udev.queue.splice(index, 1);
      if (exists) considerActivation(machine, event);
    });
  });
}

/** Debian's 69-lvm.rules: a physical volume that other rules may look at. */
function considerActivation(machine: Machine, event: UdevEvent): void {
  const device = machine.devices.get(event.device);
  if (device === undefined || machine.udev.autoActivation === 'off') return;
  if (otherRulesFor(machine, device) === 'off') return;
  // pvscan looks where LVM looks: not at the host's own volumes, unless scan_lvs says so.
  const group = inspect(machine, device, defaultScope(machine))?.content.metadata?.uuid;
  if (group === undefined) return;
  const { clock } = machine.world;
  const boot = machine.bootId;
  // In a unit of its own, which nobody waits for: settle is over long before.
  clock.scheduleBackground(machine.udev.activationDelayMs, () => {
    if (machine.bootId === boot) activateIfComplete(machine, group);
  });
}

function activateIfComplete(machine: Machine, groupUuid: string): void {
  const scan = scanLvm(machine, defaultScope(machine));
  const group = scan.groups.find((found) => found.metadata.uuid === groupUuid);
  if (group === undefined || group.missing.length > 0) return;
  const uncertain = scan.duplicates.some(({ uuid }) => group.present.has(uuid));
  // LVM refuses to activate while it cannot tell which of two equal physical volumes is meant.
  if (!uncertain) activateGroup(machine, group);
}
