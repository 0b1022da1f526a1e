import { qemuDocument } from './document-qemu.js';
import { escapeXml } from './document-text.js';
import type { DomainDisk, DomainInterface, DomainParts, SimulatedDomain } from './types.js';

/** The definition as `virsh dumpxml` prints it. */
export function domainDocument(domain: SimulatedDomain, form: 'live' | 'inactive'): string {
  const id = form === 'live' ? domain.id : undefined;
  const { definition } = domain;
  if (definition.kind === 'document') return withId(definition.xml, id);
  if (isForQemu(definition)) return `${qemuDocument(domain, definition, form).join('\n')}\n`;
  const live = id === undefined ? undefined : { id };
  return `${[
    `<domain type='${escapeXml(definition.type)}'${live === undefined ? '' : ` id='${live.id}'`}>`,
    `  <name>${escapeXml(domain.name)}</name>`,
    `  <uuid>${domain.uuid}</uuid>`,
    `  <memory unit='KiB'>${definition.memoryKiB}</memory>`,
    `  <currentMemory unit='KiB'>${definition.memoryKiB}</currentMemory>`,
    `  <vcpu placement='static'>${definition.processors}</vcpu>`,
    ...bootLines(definition),
    `  <clock offset='utc'/>`,
    '  <on_poweroff>destroy</on_poweroff>',
    '  <on_reboot>destroy</on_reboot>',
    '  <on_crash>destroy</on_crash>',
    '  <devices>',
    ...definition.disks.flatMap(diskLines),
    ...deviceLines(definition, live),
    '  </devices>',
    '</domain>',
  ].join('\n')}\n`;
}

/** Types of libvirt's QEMU driver. */
export function isForQemu({ type }: DomainParts): boolean {
  return type === 'kvm' || type === 'qemu';
}

/** Puts the id of an active domain into the document's own start tag. */
function withId(xml: string, id: number | undefined): string {
  const text = xml.endsWith('\n') ? xml : `${xml}\n`;
  if (id === undefined) return text;
  return text.replace(
    /<domain\b([^>]*?)(\s+id=(['"]).*?\3)?([^>]*)>/,
    (_tag, before, _id, _quote, after) => `<domain${String(before)} id='${id}'${String(after)}>`,
  );
}

function bootLines(parts: DomainParts): readonly string[] {
  const { boot } = parts;
  switch (boot.kind) {
    case 'kernel':
      return [
        '  <os>',
        `    <type arch='x86_64' machine='xenpv'>linux</type>`,
        `    <kernel>${escapeXml(boot.kernel)}</kernel>`,
        ...(boot.initrd === undefined ? [] : [`    <initrd>${escapeXml(boot.initrd)}</initrd>`]),
        ...(boot.commandLine === undefined
          ? []
          : [`    <cmdline>${escapeXml(boot.commandLine)}</cmdline>`]),
        '  </os>',
      ];
    case 'bootloader':
      return [
        `  <bootloader>${escapeXml(boot.path)}</bootloader>`,
        '  <os>',
        `    <type arch='x86_64' machine='xenpv'>linux</type>`,
        '  </os>',
      ];
    case 'firmware':
      return ['  <os>', `    <type arch='x86_64'>hvm</type>`, `    <boot dev='hd'/>`, '  </os>'];
  }
}

function diskLines(disk: DomainDisk): readonly string[] {
  const driver = [
    disk.driverName === undefined ? '' : ` name='${escapeXml(disk.driverName)}'`,
    disk.driverType === undefined ? '' : ` type='${escapeXml(disk.driverType)}'`,
  ].join('');
  const attribute = disk.sourceKind === 'block' ? 'dev' : 'file';
  return [
    `    <disk type='${disk.sourceKind}' device='${disk.device}'>`,
    ...(driver === '' ? [] : [`      <driver${driver}/>`]),
    ...(disk.source === '' ? [] : [`      <source ${attribute}='${escapeXml(disk.source)}'/>`]),
    `      <target dev='${escapeXml(disk.target)}' bus='${escapeXml(disk.bus)}'/>`,
    ...(disk.logicalSectorBytes === undefined
      ? []
      : [`      <blockio logical_block_size='${String(disk.logicalSectorBytes)}'/>`]),
    ...(disk.readOnly ? ['      <readonly/>'] : []),
    ...(disk.shareable ? ['      <shareable/>'] : []),
    ...(disk.serial === undefined ? [] : [`      <serial>${escapeXml(disk.serial)}</serial>`]),
    '    </disk>',
  ];
}

function deviceLines(
  parts: DomainParts,
  live: { readonly id: number } | undefined,
): readonly string[] {
  if (parts.type !== 'xen') {
    return parts.interfaces.flatMap((card) => interfaceLines(card, 'virtio'));
  }
  // Pseudo-terminals are handed out in order; the first guest gets the first one.
  const terminal = '/dev/pts/0';
  return [
    `    <controller type='xenbus' index='0'/>`,
    ...parts.interfaces.flatMap((card) => interfaceLines(card)),
    live === undefined ? `    <console type='pty'>` : `    <console type='pty' tty='${terminal}'>`,
    ...(live === undefined ? [] : [`      <source path='${terminal}'/>`]),
    `      <target type='xen' port='0'/>`,
    '    </console>',
    `    <input type='mouse' bus='xen'/>`,
    `    <input type='keyboard' bus='xen'/>`,
    `    <memballoon model='xen'/>`,
  ];
}

function interfaceLines(card: DomainInterface, model?: string): readonly string[] {
  return [
    `    <interface type='bridge'>`,
    `      <mac address='${card.mac}'/>`,
    `      <source bridge='${escapeXml(card.bridge)}'/>`,
    ...(model === undefined ? [] : [`      <model type='${model}'/>`]),
    '    </interface>',
  ];
}
