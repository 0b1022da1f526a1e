import { escapeXml } from './document-text.js';
import type { DomainDisk, DomainInterface, DomainParts, SimulatedDomain } from './types.js';

/** User and group that Debian's libvirt runs guests as. */
const libvirtUser = '64055';
/** Pseudo-terminals are handed out in order; the first guest gets the first one. */
const terminal = '/dev/pts/0';

/**
 * The definition as `virsh dumpxml` prints it under the QEMU driver. The live form has what libvirt
 * decided at the start: aliases, the processor in full, the terminal, the label.
 */
export function qemuDocument(
  domain: SimulatedDomain,
  parts: DomainParts,
  form: 'live' | 'inactive',
): readonly string[] {
  const id = form === 'live' ? domain.id : undefined;
  const live = (...lines: readonly string[]): readonly string[] => (id === undefined ? [] : lines);
  return [
    `<domain type='${escapeXml(parts.type)}'${id === undefined ? '' : ` id='${id}'`}>`,
    `  <name>${escapeXml(domain.name)}</name>`,
    `  <uuid>${domain.uuid}</uuid>`,
    `  <memory unit='KiB'>${parts.memoryKiB}</memory>`,
    `  <currentMemory unit='KiB'>${parts.memoryKiB}</currentMemory>`,
    `  <vcpu placement='static'>${parts.processors}</vcpu>`,
    ...live('  <resource>', '    <partition>/machine</partition>', '  </resource>'),
    ...bootLines(parts),
    '  <features>',
    '    <acpi/>',
    '  </features>',
    ...processorLines(id),
    `  <clock offset='utc'/>`,
    '  <on_poweroff>destroy</on_poweroff>',
    '  <on_reboot>restart</on_reboot>',
    '  <on_crash>destroy</on_crash>',
    '  <devices>',
    '    <emulator>/usr/bin/qemu-system-x86_64</emulator>',
    ...parts.disks.flatMap((disk, index) => diskLines(disk, index, id)),
    `    <controller type='usb' index='0' model='none'${id === undefined ? '/' : ''}>`,
    ...live(`      <alias name='usb'/>`, '    </controller>'),
    `    <controller type='pci' index='0' model='pci-root'${id === undefined ? '/' : ''}>`,
    ...live(`      <alias name='pci.0'/>`, '    </controller>'),
    ...parts.interfaces.flatMap((card) => interfaceLines(card)),
    ...consoleLines(id),
    ...inputLines(id),
    `    <audio id='1' type='none'/>`,
    `    <memballoon model='none'/>`,
    '  </devices>',
    ...live(
      `  <seclabel type='dynamic' model='dac' relabel='yes'>`,
      `    <label>+${libvirtUser}:+${libvirtUser}</label>`,
      `    <imagelabel>+${libvirtUser}:+${libvirtUser}</imagelabel>`,
      '  </seclabel>',
    ),
    '</domain>',
  ];
}

function bootLines({ boot }: DomainParts): readonly string[] {
  const kernel = boot.kind === 'kernel' ? boot : undefined;
  const line = (name: string, text: string | undefined): readonly string[] =>
    text === undefined ? [] : [`    <${name}>${escapeXml(text)}</${name}>`];
  return [
    '  <os>',
    `    <type arch='x86_64' machine='pc-i440fx-7.2'>hvm</type>`,
    ...line('kernel', kernel?.kernel),
    ...line('initrd', kernel?.initrd),
    ...line('cmdline', kernel?.commandLine),
    `    <boot dev='hd'/>`,
    '  </os>',
  ];
}

function processorLines(id: number | undefined): readonly string[] {
  const features =
    id === undefined
      ? []
      : [
          `    <feature policy='require' name='hypervisor'/>`,
          `    <feature policy='require' name='lahf_lm'/>`,
        ];
  return [
    `  <cpu mode='custom' match='exact' check='${id === undefined ? 'none' : 'full'}'>`,
    `    <model fallback='forbid'>qemu64</model>`,
    ...features,
    '  </cpu>',
  ];
}

function diskLines(disk: DomainDisk, index: number, id: number | undefined): readonly string[] {
  const driver = [
    disk.driverName === undefined ? '' : ` name='${escapeXml(disk.driverName)}'`,
    disk.driverType === undefined ? '' : ` type='${escapeXml(disk.driverType)}'`,
  ].join('');
  const attribute = disk.sourceKind === 'block' ? 'dev' : 'file';
  const number = id === undefined ? '' : ` index='${index + 1}'`;
  // The host bridge and the ISA bridge have the first two places.
  const slot = (index + 2).toString(16).padStart(2, '0');
  return [
    `    <disk type='${disk.sourceKind}' device='${disk.device}'>`,
    ...(driver === '' ? [] : [`      <driver${driver}/>`]),
    ...(disk.source === ''
      ? []
      : [`      <source ${attribute}='${escapeXml(disk.source)}'${number}/>`]),
    ...(id === undefined ? [] : ['      <backingStore/>']),
    `      <target dev='${escapeXml(disk.target)}' bus='${escapeXml(disk.bus)}'/>`,
    ...(disk.logicalSectorBytes === undefined
      ? []
      : [`      <blockio logical_block_size='${String(disk.logicalSectorBytes)}'/>`]),
    ...(disk.readOnly ? ['      <readonly/>'] : []),
    ...(disk.shareable ? ['      <shareable/>'] : []),
    ...(disk.serial === undefined ? [] : [`      <serial>${escapeXml(disk.serial)}</serial>`]),
    ...(id === undefined ? [] : [`      <alias name='virtio-disk${index}'/>`]),
    `      <address type='pci' domain='0x0000' bus='0x00' slot='0x${slot}' function='0x0'/>`,
    '    </disk>',
  ];
}

function interfaceLines(card: DomainInterface): readonly string[] {
  return [
    `    <interface type='bridge'>`,
    `      <mac address='${card.mac}'/>`,
    `      <source bridge='${escapeXml(card.bridge)}'/>`,
    `      <model type='virtio'/>`,
    '    </interface>',
  ];
}

function consoleLines(id: number | undefined): readonly string[] {
  const live = (...lines: readonly string[]): readonly string[] => (id === undefined ? [] : lines);
  return [
    `    <serial type='pty'>`,
    ...live(`      <source path='${terminal}'/>`),
    `      <target type='isa-serial' port='0'>`,
    `        <model name='isa-serial'/>`,
    '      </target>',
    ...live(`      <alias name='serial0'/>`),
    '    </serial>',
    `    <console type='pty'${id === undefined ? '' : ` tty='${terminal}'`}>`,
    ...live(`      <source path='${terminal}'/>`),
    `      <target type='serial' port='0'/>`,
    ...live(`      <alias name='serial0'/>`),
    '    </console>',
  ];
}

function inputLines(id: number | undefined): readonly string[] {
  return ['mouse', 'keyboard'].flatMap((type, index) =>
    id === undefined
      ? [`    <input type='${type}' bus='ps2'/>`]
      : [
          `    <input type='${type}' bus='ps2'>`,
          `      <alias name='input${index}'/>`,
          '    </input>',
        ],
  );
}
