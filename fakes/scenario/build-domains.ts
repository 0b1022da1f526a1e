import { defineDomain, startDomain, suspendDomain } from '../domains/operations.js';
import {
  type DomainDefinitionSource,
  type DomainDisk,
  type DomainParts,
  idleWorkload,
  type SimulatedDomain,
  type Workload,
} from '../domains/types.js';
import type { Machine } from '../world/state.js';
import type { DomainInput } from './schema.js';

/** Defines a domain on each host that knows it, with one and the same UUID and definition. */
export function defineDomains(
  machines: ReadonlyMap<string, Machine>,
  name: string,
  input: DomainInput,
  newUuid: () => string,
): void {
  const uuid = input.uuid ?? newUuid();
  for (const host of Object.keys(input.hosts)) {
    const machine = machines.get(host);
    if (machine === undefined) continue;
    defineDomain(machine, {
      name,
      uuid,
      definition: definitionOf({ ...input, disks: disksOn(input, host) }),
      persistent: input.transient !== true,
      autostart: input.autostart?.includes(host) ?? false,
      workload: workloadOf(input),
    });
  }
}

/** Brings the domains into their states. */
export function startDomains(
  machines: ReadonlyMap<string, Machine>,
  name: string,
  input: DomainInput,
): void {
  for (const [host, state] of Object.entries(input.hosts)) {
    const machine = machines.get(host);
    const domain = machine?.domains.get(name);
    if (machine !== undefined && domain !== undefined) bringTo(machine, domain, state);
  }
}

function bringTo(machine: Machine, domain: SimulatedDomain, state: SimulatedDomain['state']): void {
  if (state === 'shut off') return;
  // A crashed domain holds no disks in libvirt's Xen driver; all others are in memory.
  if (state !== 'crashed') startDomain(machine, domain);
  if (state === 'paused') suspendDomain(machine, domain);
  else domain.state = state;
}

function definitionOf(input: DomainInput): DomainDefinitionSource {
  if (input.xml !== undefined) return { kind: 'document', xml: input.xml };
  return {
    kind: 'parts',
    type: input.type ?? 'xen',
    memoryKiB: (input.memory ?? 512 * 2 ** 20) / 1024,
    processors: 1,
    boot: bootOf(input),
    disks: Object.entries(input.disks ?? {}).map(([target, disk]) =>
      diskOf(target, disk, input.type),
    ),
    interfaces: (input.bridges ?? []).map((bridge, index) => ({
      bridge,
      mac: `00:16:3e:00:00:${(index + 1).toString(16).padStart(2, '0')}`,
    })),
  };
}

function bootOf({ type = 'xen', kernel, initrd, commandLine }: DomainInput): DomainParts['boot'] {
  if (kernel === undefined) {
    return type === 'xen' ? { kind: 'bootloader', path: '/usr/bin/pygrub' } : { kind: 'firmware' };
  }
  return {
    kind: 'kernel',
    kernel,
    ...(initrd === undefined ? {} : { initrd }),
    ...(commandLine === undefined ? {} : { commandLine }),
  };
}

function diskOf(
  target: string,
  disk: NonNullable<DomainInput['disks']>[string],
  type: DomainInput['type'] = 'xen',
): DomainDisk {
  const given = typeof disk === 'string' ? { source: disk } : disk;
  return {
    target,
    bus: given.bus ?? (type === 'xen' ? 'xen' : 'virtio'),
    device: given.device ?? 'disk',
    source: given.source,
    sourceKind: given.kind ?? 'block',
    driverName: given.driver ?? (type === 'xen' ? 'phy' : 'qemu'),
    driverType: given.type ?? 'raw',
    readOnly: given.readOnly ?? false,
    shareable: given.shareable ?? false,
    ...(given.sectorSize === undefined ? {} : { logicalSectorBytes: given.sectorSize }),
  };
}

function workloadOf({ writes, agent = 'absent' }: DomainInput): Workload {
  if (writes === undefined) return { ...idleWorkload, agent };
  const { every, bytes = 4096, counterFile = '' } = writes;
  return { everyMs: every, bytes, counterFile, agent };
}

function disksOn({ disks, disksOn: others }: DomainInput, host: string): DomainInput['disks'] {
  return others?.[host] ?? disks;
}

/**
 * What carries a domain's disks on a host: `VolGroupXX/LogVolDc1`, and whole paths for what is no
 * logical volume.
 */
export function volumesOf(input: DomainInput, host: string): readonly string[] {
  return Object.values(disksOn(input, host) ?? {}).flatMap((disk) => {
    const source = typeof disk === 'string' ? disk : disk.source;
    const match = /^\/dev\/([^/]+\/[^/]+)$/.exec(source);
    return [match?.[1] ?? source];
  });
}
