import type { DiskDefinition, DomainDefinition, DomainState } from '../model/index.js';
import type { CapturedDisk, CapturedDisks, CapturedDomain } from './document.js';
import type { GuestFacts, HostFacts } from './facts.js';
import { carrierPath, isKvm } from './host.js';
import type { Names } from './names.js';

/** The guest as libvirt knows it: its disks, what the kernel takes for its root, its states. */
export function captureDomain(facts: GuestFacts, names: Names): CapturedDomain {
  const source = facts.hosts.find(({ name }) => name === facts.source);
  const definition = source?.definition;
  const disks = source === undefined ? {} : disksOf(source, names);
  const others = facts.hosts.flatMap((host): [string, CapturedDisks][] => {
    if (host === source || host.definition === undefined) return [];
    const own = disksOf(host, names);
    return isSame(own, disks) ? [] : [[names.host(host.name), own]];
  });
  return {
    ...(definition?.uuid === undefined ? {} : { uuid: names.uuid(definition.uuid) }),
    ...(isKvm(facts) ? { type: 'kvm' } : {}),
    ...rootOf(definition, names),
    disks,
    ...(others.length === 0 ? {} : { disksOn: Object.fromEntries(others) }),
    hosts: statesOf(facts.hosts, names),
  };
}

/** Of the command line only what names the root: the rest is nobody's business. */
function rootOf(
  definition: DomainDefinition | undefined,
  names: Names,
): Pick<CapturedDomain, 'kernel' | 'commandLine'> {
  const words = definition?.kernelCommandLine?.split(/\s+/) ?? [];
  const root = words.filter((word) => word.startsWith('root=')).at(-1);
  if (root === undefined) return {};
  return { kernel: '/boot/vmlinuz', commandLine: `root=${names.device(root.slice(5))}` };
}

function statesOf(
  hosts: readonly HostFacts[],
  names: Names,
): Readonly<Record<string, DomainState>> {
  return Object.fromEntries(
    hosts.flatMap(({ name, state }): [string, DomainState][] =>
      state === undefined ? [] : [[names.host(name), state]],
    ),
  );
}

function disksOf({ definition, disks = [] }: HostFacts, names: Names): CapturedDisks {
  const entries = (definition?.disks ?? []).map((disk): [string, CapturedDisk] => {
    const found = disks.find(({ target }) => target === disk.target);
    const path = found === undefined ? undefined : carrierPath(found.storage, names);
    return [disk.target, diskOf(disk, path ?? otherSource(disk, names))];
  });
  return Object.fromEntries(entries);
}

/** Of removable media nobody needs to know what is in them. */
function otherSource({ source, device }: DiskDefinition, names: Names): string {
  if (device === 'cdrom' || device === 'floppy') return '';
  return source.kind === 'block' || source.kind === 'file' ? names.path(source.path) : '';
}

function diskOf(disk: DiskDefinition, source: string): CapturedDisk {
  const { device, driverName, driverType, bus, logicalSectorBytes, readOnly, shareable } = disk;
  return {
    source,
    ...(disk.source.kind === 'file' ? { kind: 'file' } : {}),
    ...(device === 'disk' ? {} : { device }),
    ...(driverName === undefined ? {} : { driver: driverName }),
    ...(driverType === undefined ? {} : { type: driverType }),
    ...(bus === undefined ? {} : { bus }),
    ...(logicalSectorBytes === 4096 ? { sectorSize: 4096 } : {}),
    ...(readOnly ? { readOnly: true } : {}),
    ...(shareable ? { shareable: true } : {}),
  };
}

function isSame(left: CapturedDisks, right: CapturedDisks): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
