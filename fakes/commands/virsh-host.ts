import { isActive } from '../domains/operations.js';
import type { SimulatedDomain } from '../domains/types.js';
import type { Machine } from '../world/state.js';
import { textTable } from './virsh-table.js';

interface ListedDomain {
  readonly id: number | undefined;
  readonly name: string;
  readonly state: string;
}

/** `virsh list`, without the empty line at the end. */
export function listText(machine: Machine, options: ReadonlySet<string>): string {
  const listed = [...machine.domains.values()]
    .filter((domain) => isListed(domain, options))
    .map(({ id, name, state }) => ({ id, name, state }));
  const all = [...hostDomain(machine, options), ...listed].sort(byIdThenName);
  if (options.has('--name')) return all.map(({ name }) => `${name}\n`).join('');
  return textTable(
    ['Id', 'Name', 'State'],
    all.map(({ id, name, state }) => [id === undefined ? '-' : String(id), name, state]),
  );
}

/** Xen's driver shows the host itself as a domain. */
function hostDomain(machine: Machine, options: ReadonlySet<string>): readonly ListedDomain[] {
  const hidden = machine.hypervisor.driver !== 'Xen' || options.has('--inactive');
  return hidden ? [] : [{ id: 0, name: 'Domain-0', state: 'running' }];
}

function byIdThenName(left: ListedDomain, right: ListedDomain): number {
  if (left.id !== undefined && right.id !== undefined) return left.id - right.id;
  if (left.id !== undefined || right.id !== undefined) return left.id === undefined ? 1 : -1;
  return left.name < right.name ? -1 : 1;
}

export function versionText(machine: Machine): string {
  const library = machine.tools.get('virsh')?.version ?? '';
  const { driver, hardware } = machine.hypervisor;
  return [
    `Compiled against library: libvirt ${library}`,
    `Using library: libvirt ${library}`,
    `Using API: ${driver} ${library}`,
    `Running hypervisor: ${driver} ${hardware.hypervisorVersion}`,
    '',
  ].join('\n');
}

export function nodeText(machine: Machine): string {
  const { hardware } = machine.hypervisor;
  const lines: readonly (readonly [string, string])[] = [
    ['CPU model', 'x86_64'],
    ['CPU(s)', String(hardware.processors)],
    ['CPU frequency', `${hardware.megahertz} MHz`],
    ['CPU socket(s)', '1'],
    ['Core(s) per socket', String(hardware.processors)],
    ['Thread(s) per core', '1'],
    ['NUMA cell(s)', '1'],
    ['Memory size', `${hardware.memoryKiB} KiB`],
  ];
  return lines.map(([name, value]) => `${`${name}:`.padEnd(21)}${value}\n`).join('');
}

/** The Xen driver's own document: the host, and what its guests can be. */
export function capabilitiesText(machine: Machine): string {
  const { hardware } = machine.hypervisor;
  const cores = Array.from(
    { length: hardware.processors },
    (_, id) =>
      `            <cpu id='${id}' socket_id='0' die_id='0' core_id='${id}' siblings='${id}'/>`,
  );
  return [
    '<capabilities>',
    '',
    '  <host>',
    '    <cpu>',
    '      <arch>x86_64</arch>',
    '      <features>',
    '        <pae/>',
    '      </features>',
    `      <model>${hardware.processorModel}</model>`,
    `      <topology sockets='1' dies='1' cores='${hardware.processors}' threads='1'/>`,
    `      <feature name='hypervisor'/>`,
    '    </cpu>',
    '    <power_management/>',
    `    <iommu support='no'/>`,
    '    <migration_features>',
    '      <live/>',
    '    </migration_features>',
    '    <netprefix>vif</netprefix>',
    '    <topology>',
    `      <cells num='1'>`,
    `        <cell id='0'>`,
    `          <memory unit='KiB'>${hardware.hostMemoryKiB}</memory>`,
    '          <distances>',
    `            <sibling id='0' value='10'/>`,
    '          </distances>',
    `          <cpus num='${hardware.processors}'>`,
    ...cores,
    '          </cpus>',
    '        </cell>',
    '      </cells>',
    '    </topology>',
    '  </host>',
    '',
    '  <guest>',
    '    <os_type>xen</os_type>',
    `    <arch name='x86_64'>`,
    '      <wordsize>64</wordsize>',
    '      <emulator>/usr/lib/xen/bin/qemu-system-i386</emulator>',
    '      <machine>xenpv</machine>',
    `      <domain type='xen'/>`,
    '    </arch>',
    '  </guest>',
    '',
    '</capabilities>',
  ].join('\n');
}

/** True for a domain that `virsh list` shows without `--all`. */
function isListed(domain: SimulatedDomain, options: ReadonlySet<string>): boolean {
  if (options.has('--all')) return true;
  return options.has('--inactive') ? !isActive(domain) : isActive(domain);
}
