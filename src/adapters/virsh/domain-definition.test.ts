import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf, garbage } from '../shared/recordings.contract.js';
import { parseDomainDefinition } from './domain-definition.js';

const domain = (devices: string, rest = '') =>
  `<domain type='xen'><name>web</name>${rest}<devices>${devices}</devices></domain>`;

const disk = (inside: string, attributes = `type='block' device='disk'`) =>
  domain(`<disk ${attributes}>${inside}</disk>`);

function onlyDisk(xml: string) {
  const { disks } = parseDomainDefinition(xml);
  expect(disks).toHaveLength(1);
  return disks[0];
}

function messageOf(xml: string): string {
  try {
    parseDomainDefinition(xml);
    return 'nothing was thrown';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe.each(['dc1-virsh.xml', 'dc1-xmllint.xml'])("the article's %s", (file) => {
  const xml = readFileSync(new URL(`../../../fixtures/article/${file}`, import.meta.url), 'utf8');

  it('is understood', () => {
    expect(parseDomainDefinition(xml)).toEqual({
      type: 'xen',
      id: 18,
      name: 'dc1',
      uuid: '094a82d5-7e6c-980d-49d3-9e8e68fb84e2',
      bootloader: '/usr/bin/pygrub',
      kernel: '/var/lib/xen/boot_kernel.rMNCqh',
      initrd: '/var/lib/xen/boot_ramdisk.og2mn7',
      kernelCommandLine:
        'ro root=/dev/VolGroup00/LogVol00 console=xvc0 acpi=off nopcmcia noapm nousb nofirewire nosound',
      disks: [
        {
          target: 'xvda',
          device: 'disk',
          source: { kind: 'block', path: '/dev/VolGroupXX/LogVolDc1' },
          // Documents of 2009 name no type of the driver, and no bus.
          driverName: 'phy',
          readOnly: false,
          shareable: false,
        },
      ],
      interfaces: [
        { type: 'bridge', bridge: 'br4000', macAddress: '00:16:3e:1d:89:01' },
        { type: 'bridge', bridge: 'br2002', macAddress: '00:16:3e:1d:92:01' },
      ],
      xml,
    });
  });
});

describe('a domain definition', () => {
  it('of a newer libvirt is understood: index, backing store, alias, address, transient', () => {
    const inside = `
      <driver name='qemu' type='qcow2' cache='none' io='native'/>
      <source file='/images/web.qcow2' index='2'><seclabel model='dac' relabel='no'/></source>
      <backingStore type='file' index='3'>
        <format type='raw'/><source file='/images/base.raw'/><backingStore/>
      </backingStore>
      <mirror type='file'><source file='/images/mirror.qcow2'/></mirror>
      <target dev='vda' bus='virtio'/>
      <transient/>
      <shareable/>
      <serial>WD-1</serial>
      <alias name='virtio-disk0'/>
      <address type='pci' domain='0x0000'/>`;
    expect(onlyDisk(disk(inside, `type='file' device='disk' snapshot='external'`))).toEqual({
      target: 'vda',
      device: 'disk',
      source: { kind: 'file', path: '/images/web.qcow2' },
      driverName: 'qemu',
      driverType: 'qcow2',
      bus: 'virtio',
      serial: 'WD-1',
      readOnly: false,
      shareable: true,
    });
  });

  it.each([
    [`type='block'`, `<source dev='/dev/vg/a&amp;b'/>`, { kind: 'block', path: '/dev/vg/a&b' }],
    [`type='block'`, `<source dev=''/>`, { kind: 'none' }],
    [`type='block'`, '', { kind: 'none' }],
    [
      `type='block'`,
      `<source dev='vg/lv'/>`,
      { kind: 'other', description: 'block vg/lv (no absolute path)' },
    ],
    [`type='file'`, `<source file='/a'/>`, { kind: 'file', path: '/a' }],
    ['', `<source file='/a'/>`, { kind: 'file', path: '/a' }],
    [`type='network'`, `<source protocol='nbd'/>`, { kind: 'other', description: 'network nbd' }],
    [
      `type='volume'`,
      `<source pool='p' volume='v'/>`,
      { kind: 'other', description: 'volume p/v' },
    ],
    [`type='dir'`, `<source dir='/d'/>`, { kind: 'other', description: 'dir /d' }],
    [`type='nvme'`, `<source type='pci'/>`, { kind: 'other', description: 'nvme' }],
    [
      `type='vhostuser'`,
      `<source type='unix' path='/s'/>`,
      { kind: 'other', description: 'vhostuser /s' },
    ],
    [`type='network'`, '', { kind: 'none' }],
  ])('with a disk of %s and %s says where it is', (attributes, source, expected) => {
    expect(onlyDisk(disk(`${source}<target dev='xvda'/>`, attributes))?.source).toEqual(expected);
  });

  it('keeps cdroms and floppies apart from disks, in document order', () => {
    const xml = domain(`
      <disk type='file' device='cdrom'><target dev='hdc'/><readonly/></disk>
      <disk type='block'><source dev='/dev/a'/><target dev='xvda'/></disk>
      <disk type='file' device='floppy'><target dev='fda'/></disk>`);
    expect(
      parseDomainDefinition(xml).disks.map(({ target, device, readOnly }) => [
        target,
        device,
        readOnly,
      ]),
    ).toEqual([
      ['hdc', 'cdrom', true],
      ['xvda', 'disk', false],
      ['fda', 'floppy', false],
    ]);
  });

  it('may have interfaces of any kind', () => {
    const xml = domain(`
      <interface type='network'><mac address='52:54:00:AA:bb:01'/><source network='default' bridge='virbr0'/></interface>
      <interface type='ethernet'><script path='vif-route'/></interface>`);
    expect(parseDomainDefinition(xml).interfaces).toEqual([
      { type: 'network', network: 'default', bridge: 'virbr0', macAddress: '52:54:00:AA:bb:01' },
      { type: 'ethernet' },
    ]);
  });

  it('may lack everything but type and name', () => {
    const xml = "<domain type='xen'><name>web</name><bootloader/></domain>";
    expect(parseDomainDefinition(xml)).toEqual({
      type: 'xen',
      name: 'web',
      disks: [],
      interfaces: [],
      xml,
    });
  });

  it.each([
    ['no <domain>', '<network><name>web</name></network>', 'the element is not <domain>'],
    ['no name', `<domain type='xen'/>`, 'name: '],
    ['an empty name', `<domain type='xen'><name/></domain>`, 'name: '],
    [
      'two names',
      `<domain type='xen'><name>a</name><name>b</name></domain>`,
      '<domain> has more than one <name>',
    ],
    [
      'elements in the name',
      `<domain type='xen'><name><b/></name></domain>`,
      '<name> has elements in it',
    ],
    ['no type', '<domain><name>web</name></domain>', 'type: '],
    [
      'an id that is no number',
      `<domain type='xen' id='-1'><name>a</name></domain>`,
      'id: no number of a domain',
    ],
    ['an UUID that is none', domain('', '<uuid>x</uuid>'), 'uuid: no UUID'],
    [
      'two <devices>',
      `<domain type='xen'><name>a</name><devices/><devices/></domain>`,
      'more than one <devices>',
    ],
    ['a disk without a target', disk(`<source dev='/dev/a'/>`), 'disks.0.target: '],
    [
      'a target that is no name',
      disk(`<target dev='../x'/>`),
      'disks.0.target: no name of a device',
    ],
    ['a device nobody knows', disk(`<target dev='a'/>`, `device='tape'`), 'disks.0.device: '],
    [
      'two sources',
      disk(`<source dev='/a'/><source dev='/b'/><target dev='a'/>`),
      '<disk> has more than one <source>',
    ],
    [
      'two disks of one name',
      domain(`<disk><target dev='a'/></disk><disk><target dev='a'/></disk>`),
      'two disks have the target a',
    ],
    [
      'a MAC that is none',
      domain(`<interface type='bridge'><mac address='x'/></interface>`),
      'macAddress: no MAC address',
    ],
  ])('with %s is refused', (_, xml, message) => {
    expect(messageOf(xml)).toContain(message);
    expect(codeOf(() => parseDomainDefinition(xml))).toBe('domain-xml-invalid');
  });

  it('is understood or refused, whatever it contains', () => {
    fc.assert(
      fc.property(garbage('virsh'), (text) => {
        expect(['nothing was thrown', 'domain-xml-invalid']).toContain(
          codeOf(() => parseDomainDefinition(text)),
        );
      }),
    );
  });
});
