import { setFrozen } from '../domains/freeze.js';
import {
  destroyDomain,
  isActive,
  resumeDomain,
  shutDownDomain,
  startDomain,
  suspendDomain,
} from '../domains/operations.js';
import type { SimulatedDomain } from '../domains/types.js';
import { SimulationError } from '../world/errors.js';
import type { Machine } from '../world/state.js';
import { askStartHook } from './virsh-hook.js';

/** A virsh command that changes a domain. */
export interface DomainAction {
  /** @returns what virsh prints. */
  readonly run: (machine: Machine, domain: SimulatedDomain) => string;
  /** Why virsh itself refuses, before it asks libvirt. */
  readonly refusal?: (domain: SimulatedDomain) => string | undefined;
  /** The first line of virsh's error. */
  readonly failure: (name: string) => string;
}

export const domainActions: Readonly<Record<string, DomainAction>> = {
  suspend: {
    run: (machine, domain) => {
      suspendDomain(machine, domain);
      return `Domain '${domain.name}' suspended`;
    },
    failure: (name) => `Failed to suspend domain '${name}'`,
  },
  resume: {
    run: (machine, domain) => {
      resumeDomain(machine, domain);
      return `Domain '${domain.name}' resumed`;
    },
    failure: (name) => `Failed to resume domain '${name}'`,
  },
  start: {
    run: (machine, domain) => {
      const refused = askStartHook(machine, domain);
      if (refused !== undefined) throw new SimulationError('hook-refused', domain.name, refused);
      startDomain(machine, domain);
      return `Domain '${domain.name}' started`;
    },
    refusal: (domain) => (isActive(domain) ? 'Domain is already active' : undefined),
    failure: (name) => `Failed to start domain '${name}'`,
  },
  shutdown: {
    run: (machine, domain) => {
      shutDownDomain(machine, domain);
      return `Domain '${domain.name}' is being shutdown`;
    },
    failure: (name) => `Failed to shutdown domain '${name}'`,
  },
  destroy: {
    run: (machine, domain) => {
      destroyDomain(machine, domain);
      return `Domain '${domain.name}' destroyed`;
    },
    failure: (name) => `Failed to destroy domain '${name}'`,
  },
  domfsfreeze: {
    run: (machine, domain) => `Froze ${setFrozen(machine, domain, 'frozen')} filesystem(s)`,
    failure: () => 'Unable to freeze filesystems',
  },
  domfsthaw: {
    run: (machine, domain) => `Thawed ${setFrozen(machine, domain, 'thawed')} filesystem(s)`,
    failure: () => 'Unable to thaw filesystems',
  },
};
