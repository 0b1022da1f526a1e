import type { DomainDefinition, DomainState, DomainSummary } from '../core/model/index.js';

/**
 * Guests as libvirt shows them (virsh). "No such domain" and "no hypervisor" are told apart:
 * both are exit code 1 (measured). It only asks: what makes a guest stand still is `GuestHolds`.
 */
export interface Hypervisor {
  /** All domains, active or not, with their states; Domain-0 is left out. */
  listDomains(): Promise<readonly DomainSummary[]>;
  /** State of one domain, `undefined` when libvirt does not know it. */
  domainState(name: string): Promise<DomainState | undefined>;
  /**
   * Definition of one domain: the live one while it is active, else the persistent one.
   * `undefined` when libvirt does not know it.
   *
   * @throws `domain-xml-invalid`.
   */
  readDefinition(name: string): Promise<DomainDefinition | undefined>;
  /** True when libvirt starts the domain with the host. @throws `domain-not-found`. */
  isAutostarted(name: string): Promise<boolean>;
}
// All methods throw `hypervisor-unreachable` when libvirt does not answer.
