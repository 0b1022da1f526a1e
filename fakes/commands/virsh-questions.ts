import { domainDocument, isForQemu } from '../domains/document.js';
import { cpuSecondsOf, isActive } from '../domains/operations.js';
import type { DomainDisk, DomainParts, SimulatedDomain } from '../domains/types.js';
import type { Machine } from '../world/state.js';
import { textTable } from './virsh-table.js';

/** What virsh prints about a domain, without the empty line at the end. */
type DomainQuestion = (
  machine: Machine,
  domain: SimulatedDomain,
  options: ReadonlySet<string>,
) => string;

export const domainQuestions: Readonly<Record<string, DomainQuestion>> = {
  domstate: (_machine, domain, options) =>
    options.has('--reason') ? `${domain.state} (${domain.stateReason})\n` : `${domain.state}\n`,
  domuuid: (_machine, domain) => `${domain.uuid}\n`,
  domid: (_machine, domain) => `${domain.id ?? '-'}\n`,
  dumpxml: (_machine, domain, options) =>
    domainDocument(domain, options.has('--inactive') ? 'inactive' : 'live'),
  dominfo: (machine, domain) => infoText(machine, domain),
  domblklist: (_machine, domain, options) => blockListText(domain, options),
};

function infoText(machine: Machine, domain: SimulatedDomain): string {
  const { definition } = domain;
  const parts = definition.kind === 'parts' ? definition : undefined;
  const memory = `${parts?.memoryKiB ?? 524_288} KiB`;
  const lines: readonly (readonly [string, string])[] = [
    ['Id', domain.id === undefined ? '-' : String(domain.id)],
    ['Name', domain.name],
    ['UUID', domain.uuid],
    ['OS Type', isHvm(parts) ? 'hvm' : 'xen'],
    ['State', domain.state],
    ['CPU(s)', String(parts?.processors ?? 1)],
    ...(isActive(domain)
      ? [['CPU time', `${cpuSecondsOf(machine, domain).toFixed(1)}s`] as const]
      : []),
    ['Max memory', memory],
    ['Used memory', memory],
    ['Persistent', domain.persistent ? 'yes' : 'no'],
    ['Autostart', domain.autostart ? 'enable' : 'disable'],
    ['Managed save', 'no'],
    ...(machine.hypervisor.driver === 'QEMU' ? noSecurityModel : []),
  ];
  return lines.map(([name, value]) => `${`${name}:`.padEnd(16)}${value}\n`).join('');
}

/** What the QEMU driver adds on a host without AppArmor. */
const noSecurityModel = [
  ['Security model', 'none'],
  ['Security DOI', '0'],
] as const;

function isHvm(parts: DomainParts | undefined): boolean {
  return parts !== undefined && (parts.boot.kind === 'firmware' || isForQemu(parts));
}

function blockListText(domain: SimulatedDomain, options: ReadonlySet<string>): string {
  const { definition } = domain;
  const disks: readonly DomainDisk[] = definition.kind === 'parts' ? definition.disks : [];
  const source = (disk: DomainDisk): string => (disk.source === '' ? '-' : disk.source);
  return options.has('--details')
    ? textTable(
        ['Type', 'Device', 'Target', 'Source'],
        disks.map((disk) => [disk.sourceKind, disk.device, disk.target, source(disk)]),
      )
    : textTable(
        ['Target', 'Source'],
        disks.map((disk) => [disk.target, source(disk)]),
      );
}
