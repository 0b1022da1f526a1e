import { describe, expect, it } from 'vitest';
import { type DiskDefinition, type DomainDefinition, rawImage } from '../model/index.js';
import { disksOnTarget, selectDisks } from './disks.js';

function disk(target: string, change: Partial<DiskDefinition> = {}): DiskDefinition {
  return {
    target,
    device: 'disk',
    source: { kind: 'block', path: `/dev/vg/${target}` },
    readOnly: false,
    shareable: false,
    ...change,
  };
}

function domain(...disks: DiskDefinition[]): DomainDefinition {
  return { type: 'xen', name: 'dc1', disks, interfaces: [], xml: '<domain/>' };
}

const qcow2File = { source: { kind: 'file', path: '/img/x.qcow2' }, driverType: 'qcow2' } as const;

describe('selectDisks', () => {
  it('takes every disk in the order of the definition', () => {
    expect(selectDisks(domain(disk('xvdb'), disk('xvda')))).toEqual({
      kind: 'disks',
      disks: [
        { target: 'xvdb', path: '/dev/vg/xvdb', image: rawImage },
        { target: 'xvda', path: '/dev/vg/xvda', image: rawImage },
      ],
    });
  });

  it('leaves out cdroms and floppies, with or without a medium', () => {
    const cdrom = disk('xvdd', {
      device: 'cdrom',
      source: { kind: 'file', path: '/iso/debian.iso' },
    });
    const floppy = disk('fda', { device: 'floppy', source: { kind: 'none' } });
    expect(selectDisks(domain(disk('xvda'), cdrom, floppy))).toMatchObject({
      disks: [{ target: 'xvda' }],
    });
  });

  it.each<[string, DiskDefinition, RegExp]>([
    [
      'a network',
      disk('xvdb', { source: { kind: 'other', description: 'network rbd pool/x' } }),
      /carried by network rbd pool\/x/,
    ],
    ['nothing', disk('xvdb', { source: { kind: 'none' } }), /carried by nothing at all/],
    ['several guests', disk('xvdb', { shareable: true }), /disk xvdb is shared with other guests/],
    [
      'an image format on a volume',
      disk('xvdb', { driverType: 'qcow2' }),
      /disk xvdb is an image of the format qcow2 on \/dev\/vg\/xvdb/,
    ],
    [
      'an image format in a file',
      disk('xvdb', { source: { kind: 'file', path: '/img/x' }, driverType: 'vmdk' }),
      /disk xvdb is an image of the format vmdk on \/img\/x/,
    ],
    [
      'a qcow2 image with large sectors',
      disk('xvdb', { ...qcow2File, logicalSectorBytes: 4096 }),
      /disk xvdb has sectors of 4096 bytes; its image can be shown with 512 only/,
    ],
    [
      'an image with odd sectors',
      disk('xvdb', { source: qcow2File.source, logicalSectorBytes: 1024 }),
      /disk xvdb has sectors of 1024 bytes; its image can be shown with 512 or 4096 only/,
    ],
  ])('says aloud that a disk carried by %s is not supported', (_, odd, message) => {
    expect(selectDisks(domain(disk('xvda'), odd))).toMatchObject({
      kind: 'conflict',
      conflict: {
        kind: 'disk-unsupported',
        position: 'xvdb',
        message: expect.stringMatching(message),
      },
    });
  });

  it.each(['raw', 'aio', 'phy', undefined])(
    'takes a volume of the format %s as it is',
    (driverType) => {
      const plain = disk('xvda', driverType === undefined ? {} : { driverType });
      expect(selectDisks(domain(plain)).kind).toBe('disks');
    },
  );

  it.each(['raw', 'aio', undefined])('takes a file of the format %s as it is', (driverType) => {
    const source = { kind: 'file', path: '/img/x.raw' } as const;
    const plain = disk('xvdb', { source, ...(driverType === undefined ? {} : { driverType }) });
    expect(selectDisks(domain(plain))).toEqual({
      kind: 'disks',
      disks: [{ target: 'xvdb', path: '/img/x.raw', image: rawImage }],
    });
  });

  it('takes a qcow2 image in a file as what it is', () => {
    expect(selectDisks(domain(disk('xvdb', qcow2File)))).toEqual({
      kind: 'disks',
      disks: [{ target: 'xvdb', path: '/img/x.qcow2', image: { kind: 'qcow2' } }],
    });
  });

  it('takes a raw file in the sectors that the guest sees', () => {
    const large = disk('xvdb', { source: qcow2File.source, logicalSectorBytes: 4096 });
    expect(selectDisks(domain(large))).toMatchObject({
      disks: [{ image: { kind: 'raw', sectorBytes: 4096 } }],
    });
  });

  it('says which package converts an image', () => {
    const image = disk('xvda', { driverType: 'qcow2' });
    expect(selectDisks(domain(image))).toMatchObject({
      conflict: { remedy: expect.stringContaining('package qemu-utils') },
    });
  });

  it('refuses a guest without any disk', () => {
    expect(selectDisks(domain())).toMatchObject({
      kind: 'conflict',
      conflict: { message: 'domain dc1 has no disk that could be replicated' },
    });
  });
});

describe('disksOnTarget', () => {
  const disks = [{ target: 'xvda', path: '/dev/vg/xvda', image: rawImage }];

  it('takes the same paths where the guest is not defined', () => {
    expect(disksOnTarget(disks, undefined, 'b')).toEqual({ kind: 'disks', disks });
  });

  it("takes the paths of the target's own definition", () => {
    const there = domain(disk('xvda', { source: { kind: 'block', path: '/dev/other/dc1' } }));
    expect(disksOnTarget(disks, there, 'b')).toEqual({
      kind: 'disks',
      disks: [{ target: 'xvda', path: '/dev/other/dc1', image: rawImage }],
    });
  });

  it('takes a file there for a volume here', () => {
    const there = domain(disk('xvda', { source: { kind: 'file', path: '/srv/dc1.img' } }));
    expect(disksOnTarget(disks, there, 'b')).toMatchObject({ disks: [{ path: '/srv/dc1.img' }] });
  });

  it('takes a qcow2 image there for a volume here', () => {
    expect(disksOnTarget(disks, domain(disk('xvda', qcow2File)), 'b')).toMatchObject({
      disks: [{ image: { kind: 'qcow2' } }],
    });
  });

  it('refuses an image of another format there', () => {
    const source = { kind: 'file', path: '/srv/dc1.vmdk' } as const;
    const there = domain(disk('xvda', { source, driverType: 'vmdk' }));
    expect(disksOnTarget(disks, there, 'b')).toMatchObject({
      conflict: { kind: 'disk-unsupported' },
    });
  });

  it.each<[string, DomainDefinition]>([
    ['lacks a disk', domain(disk('xvdb'))],
    ['has it on a network', domain(disk('xvda', { source: { kind: 'other', description: 'x' } }))],
  ])('refuses a definition that %s', (_, there) => {
    expect(disksOnTarget(disks, there, 'b')).toMatchObject({
      kind: 'conflict',
      conflict: {
        kind: 'layout-drift',
        position: 'xvda',
        message: 'the definition on b has no disk xvda on a block device or in a file',
      },
    });
  });
});
