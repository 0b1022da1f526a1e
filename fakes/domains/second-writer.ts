import { recordAt } from '../block/resolve.js';
import type { ContentRecord, DeviceKey } from '../block/types.js';
import { isSimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import { guestFileSystems } from './guest-disks.js';
import type { SimulatedDomain } from './types.js';

/**
 * Notes a violation when a host writes to a file system that a guest has in use: on a real host
 * it is destroyed from then on.
 */
export function noteSecondWriter(machine: Machine, key: DeviceKey): void {
  const active = [...machine.domains.values()].filter(({ id }) => id !== undefined);
  if (active.length === 0) return;
  const written = recordAt(machine, key);
  for (const domain of active) {
    if (uses(machine, domain, written)) {
      note(machine, `${machine.name}: ${key} was written while ${domain.name} has it in use`);
    }
  }
}

/** Notes a violation when a guest starts on a file system that the host has mounted to write. */
export function noteStartOnMounted(machine: Machine, domain: SimulatedDomain): void {
  for (const { mountPoint, device, image, superOptions } of machine.mounts) {
    if (image !== undefined || superOptions.includes('ro')) continue;
    const mounted = readRecord(machine, `${device.major}:${device.minor}`);
    if (uses(machine, domain, mounted)) {
      note(
        machine,
        `${machine.name}: ${domain.name} was started while ${mountPoint} shows its disk`,
      );
    }
  }
}

function uses(
  machine: Machine,
  domain: SimulatedDomain,
  record: ContentRecord | undefined,
): boolean {
  return (
    record !== undefined &&
    guestFileSystems(machine, domain).some((found) => found.record === record)
  );
}

function readRecord(machine: Machine, key: DeviceKey): ContentRecord | undefined {
  try {
    return recordAt(machine, key);
  } catch (error) {
    // A broken snapshot is nobody's disk.
    if (isSimulationError(error)) return undefined;
    throw error;
  }
}

function note(machine: Machine, text: string): void {
  if (!machine.world.violations.includes(text)) machine.world.violations.push(text);
}
