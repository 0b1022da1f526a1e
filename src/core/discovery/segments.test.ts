import { describe, expect, it } from 'vitest';
import type { GuestSegment, GuestVolumeGroup } from '../model/index.js';
import { mapSegments } from './segments.js';

const mebibyte = 1024 * 1024;
const [one, two] = ['/dev/mapper/xen-backup-abcdefghij-2p2', '/dev/mapper/xen-backup-abcdefghij-3'];

const group: GuestVolumeGroup = {
  name: 'VolGroup00',
  uuid: 'VG',
  extentSizeBytes: 4 * mebibyte,
  missingPhysicalVolumes: 0,
  physicalVolumes: [
    { uuid: 'PV1', device: one, firstExtentBytes: mebibyte, sizeBytes: 1024 * mebibyte },
    { uuid: 'PV2', device: two, firstExtentBytes: 192 * 1024, sizeBytes: 1024 * mebibyte },
  ],
  logicalVolumes: [],
};

function linear(
  startExtents: number,
  extents: number,
  area: Partial<GuestSegment> = {},
): GuestSegment {
  return {
    type: 'linear',
    startBytes: startExtents * group.extentSizeBytes,
    sizeBytes: extents * group.extentSizeBytes,
    stripeSizeBytes: 0,
    areas: [{ device: one, firstExtent: 0 }],
    ...area,
  };
}

function map(segments: readonly GuestSegment[]): ReturnType<typeof mapSegments> {
  const sizeBytes = segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
  return mapSegments(group, { name: 'LogVol00', uuid: 'LV', sizeBytes, segments });
}

describe('mapSegments', () => {
  it('maps a linear volume from the first extent of its physical volume', () => {
    expect(map([linear(0, 25)])).toEqual({
      kind: 'segments',
      segments: [
        { kind: 'linear', startSector: 0, sectors: 204_800, device: one, offsetSectors: 2048 },
      ],
    });
  });

  it('maps a volume that goes on in another place and on another disk', () => {
    const segments = [
      linear(0, 1, { areas: [{ device: one, firstExtent: 10 }] }),
      linear(1, 2, { areas: [{ device: two, firstExtent: 3 }] }),
    ];
    expect(map(segments)).toEqual({
      kind: 'segments',
      segments: [
        { kind: 'linear', startSector: 0, sectors: 8192, device: one, offsetSectors: 83_968 },
        { kind: 'linear', startSector: 8192, sectors: 16_384, device: two, offsetSectors: 24_960 },
      ],
    });
  });

  it('maps a striped volume with its chunk size', () => {
    const areas = [
      { device: one, firstExtent: 0 },
      { device: two, firstExtent: 1 },
    ];
    const striped = linear(0, 4, { type: 'striped', stripeSizeBytes: 64 * 1024, areas });
    expect(map([striped])).toEqual({
      kind: 'segments',
      segments: [
        {
          kind: 'striped',
          startSector: 0,
          sectors: 32_768,
          chunkSectors: 128,
          stripes: [
            { device: one, offsetSectors: 2048 },
            { device: two, offsetSectors: 8576 },
          ],
        },
      ],
    });
  });

  it('takes one stripe for linear, as LVM itself writes it', () => {
    const segment = linear(0, 1, { type: 'striped' });
    expect(map([segment])).toMatchObject({ segments: [{ kind: 'linear' }] });
  });

  const elsewhere = [{ device: '/dev/sda3', firstExtent: 0 }];
  const twice = [
    { device: one, firstExtent: 0 },
    { device: two, firstExtent: 0 },
  ];
  it.each<[string, readonly GuestSegment[], RegExp]>([
    [
      'lies on a device outside the group',
      [linear(0, 1, { areas: elsewhere })],
      /lies on \/dev\/sda3, which is no physical volume of VolGroup00/,
    ],
    ['is of a type that needs activation', [linear(0, 1, { type: 'thin' })], /is of type thin/],
    ['has a gap', [linear(0, 1), linear(2, 1)], /has no segment at byte 4194304/],
    ['overlaps itself', [linear(0, 2), linear(1, 1)], /has no segment at byte 8388608/],
    ['has no segment', [], /has segments for 0 of its 0 bytes/],
    ['has a segment without an area', [linear(0, 1, { areas: [] })], /linear segment with 0 areas/],
    ['is linear on two areas', [linear(0, 1, { areas: twice })], /linear segment with 2 areas/],
    [
      'is striped without a chunk size',
      [linear(0, 2, { type: 'striped', areas: twice })],
      /striped segment with 2 areas/,
    ],
    ['is not made of whole sectors', [linear(0, 1, { sizeBytes: 1000 })], /whole sectors/],
    [
      'has a number that is none',
      [linear(0, 1, { areas: [{ device: one, firstExtent: Number.NaN }] })],
      /whole sectors/,
    ],
  ])('refuses a volume that %s', (_, segments, reason) => {
    expect(map(segments)).toEqual({ kind: 'unmappable', reason: expect.stringMatching(reason) });
  });

  it('refuses segments that end before the volume does', () => {
    const volume = { name: 'x', uuid: 'LV', sizeBytes: 8 * mebibyte, segments: [linear(0, 1)] };
    expect(mapSegments(group, volume)).toEqual({
      kind: 'unmappable',
      reason: 'has segments for 4194304 of its 8388608 bytes',
    });
  });
});
