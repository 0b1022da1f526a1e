import type { Host } from '../../src/ports/index.js';
import type { Machine } from '../world/state.js';
import { simulatedBlockPorts } from './block-ports.js';
import { simulatedBlockTransfer } from './block-transfer.js';
import { simulatedFileCopier } from './file-copier.js';
import { simulatedGuestHolds } from './guest-holds.js';
import { simulatedHostFiles } from './host-files.js';
import { simulatedHypervisor } from './hypervisor.js';
import { simulatedLocks } from './locks.js';
import { simulatedMounter } from './mounter.js';
import { simulatedHostIdentity, simulatedToolInspector } from './tool-inspector.js';

/** What a host needs besides its machine. */
export type SimulatedHostOptions = Pick<Host, 'runner'> & Partial<Pick<Host, 'name' | 'peer'>>;

/**
 * A host whose ports work on the state of a simulated machine directly: quick, and free of any
 * tool's format. Faults of a scenario do not strike here, since no command runs.
 */
export function simulatedHost(machine: Machine, options: SimulatedHostOptions): Host {
  const address = machine.addresses[0] ?? machine.name;
  return {
    name: options.name ?? machine.name,
    peer: options.peer ?? { address, elevation: 'none' },
    identity: simulatedHostIdentity(machine),
    files: simulatedHostFiles(machine),
    locks: simulatedLocks(machine),
    tools: simulatedToolInspector(machine),
    hypervisor: simulatedHypervisor(machine),
    holds: simulatedGuestHolds(machine),
    mounts: simulatedMounter(machine),
    copier: simulatedFileCopier(machine),
    blocks: simulatedBlockTransfer(machine),
    ...simulatedBlockPorts(machine),
    runner: options.runner,
    close: async () => undefined,
  };
}
