import type { DomainDefinition } from '../../src/core/model/index.js';
import type { Hypervisor } from '../../src/ports/index.js';
import { domainDocument } from '../domains/document.js';
import type { DomainDisk, SimulatedDomain } from '../domains/types.js';
import type { Machine } from '../world/state.js';
import { portError } from './errors.js';

/** libvirt of a simulated machine. */
export function simulatedHypervisor(machine: Machine): Hypervisor {
  const requireAnswer = (): void => {
    if (machine.hypervisor.running) return;
    throw portError(machine, 'hypervisor-unreachable', 'libvirt does not answer');
  };
  const find = (name: string): SimulatedDomain | undefined => {
    requireAnswer();
    return machine.domains.get(name);
  };
  const require = (name: string): SimulatedDomain => {
    const domain = find(name);
    if (domain === undefined) throw portError(machine, 'domain-not-found', `no domain ${name}`);
    return domain;
  };
  return {
    listDomains: async () => {
      requireAnswer();
      return [...machine.domains.values()].map(({ name, state }) => ({ name, state }));
    },
    domainState: async (name) => find(name)?.state,
    readDefinition: async (name) => {
      const domain = find(name);
      return domain === undefined ? undefined : definitionOf(machine, domain);
    },
    isAutostarted: async (name) => require(name).autostart,
  };
}

function definitionOf(machine: Machine, domain: SimulatedDomain): DomainDefinition {
  const { definition, name, uuid, id } = domain;
  const identity = { name, uuid, ...(id === undefined ? {} : { id }) };
  const xml = domainDocument(domain, 'live');
  if (definition.kind === 'document') {
    throw portError(
      machine,
      'domain-xml-invalid',
      `the definition of ${name} is a document of the scenario's own: only the adapter reads it`,
    );
  }
  const { boot } = definition;
  return {
    ...identity,
    type: definition.type,
    disks: definition.disks.map(diskOf),
    interfaces: definition.interfaces.map(({ bridge, mac }) => ({
      type: 'bridge',
      bridge,
      macAddress: mac,
    })),
    ...(boot.kind === 'bootloader' ? { bootloader: boot.path } : {}),
    ...(boot.kind === 'kernel' ? { kernel: boot.kernel } : {}),
    ...(boot.kind === 'kernel' && boot.initrd !== undefined ? { initrd: boot.initrd } : {}),
    ...(boot.kind === 'kernel' && boot.commandLine !== undefined
      ? { kernelCommandLine: boot.commandLine }
      : {}),
    xml,
  };
}

function diskOf(disk: DomainDisk): DomainDefinition['disks'][number] {
  const { target, device, bus, readOnly, shareable, driverName, driverType, serial } = disk;
  const source =
    disk.source === ''
      ? ({ kind: 'none' } as const)
      : ({ kind: disk.sourceKind, path: disk.source } as const);
  return {
    target,
    device,
    source,
    bus,
    readOnly,
    shareable,
    ...(driverName === undefined ? {} : { driverName }),
    ...(driverType === undefined ? {} : { driverType }),
    ...(serial === undefined ? {} : { serial }),
  };
}
