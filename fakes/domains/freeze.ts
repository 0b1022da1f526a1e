import { SimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import { guestFileSystems } from './guest-disks.js';
import type { SimulatedDomain } from './types.js';

/**
 * Lets the guest's agent freeze or thaw its file systems: while frozen nothing is written, and
 * the journals are clean.
 *
 * @returns how many file systems it were.
 * @throws SimulationError `not-supported` by the Xen driver, or without an agent; `invalid` when
 * the domain is not active.
 */
export function setFrozen(
  machine: Machine,
  domain: SimulatedDomain,
  wanted: 'frozen' | 'thawed',
): number {
  const { driver } = machine.hypervisor;
  if (driver !== 'QEMU') {
    const call = wanted === 'frozen' ? 'virDomainFSFreeze' : 'virDomainFSThaw';
    const text = `this function is not supported by the connection driver: ${call}`;
    throw new SimulationError('not-supported', domain.name, text);
  }
  if (domain.id === undefined) {
    throw new SimulationError('invalid', domain.name, 'domain is not running');
  }
  if (domain.workload.agent === 'absent') {
    const text = 'argument unsupported: QEMU guest agent is not configured';
    throw new SimulationError('not-supported', domain.name, text);
  }
  if (domain.workload.agent === 'silent') {
    const text = 'Guest agent is not responding: QEMU guest agent is not connected';
    throw new SimulationError('not-supported', domain.name, text);
  }
  // The agent counts what it changed.
  if (domain.frozen === (wanted === 'frozen')) return 0;
  const all = guestFileSystems(machine, domain);
  if (wanted === 'frozen') for (const { fileSystem } of all) fileSystem.replay();
  domain.frozen = wanted === 'frozen';
  return all.length;
}
