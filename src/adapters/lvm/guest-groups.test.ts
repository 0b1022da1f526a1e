import { describe, expect, it } from 'vitest';
import { codeOf } from '../shared/recordings.contract.js';
import { assembleGroups } from './guest-groups.js';
import type { PhysicalVolumeRow, SegmentRow } from './parse-guest.js';

const extent = 4_194_304;
const one = '/dev/mapper/xen-backup-abcdefghij-1p2';
const two = '/dev/mapper/xen-backup-abcdefghij-2';
const group = {
  name: 'VolGroup00',
  uuid: 's2XdCI-GHh9-TbUP-i5hp-OUTA-A17F-i7XTxV',
  extentSizeBytes: extent,
  missingPhysicalVolumes: 0,
};

function physicalVolume(device: string, changes: Partial<PhysicalVolumeRow> = {}) {
  return {
    device,
    uuid: `uuid of ${device}`,
    group,
    sizeBytes: 10 * extent,
    deviceSizeBytes: 11 * extent,
    firstExtentBytes: 1_048_576,
    ...changes,
  };
}

function linear(changes: Partial<SegmentRow> = {}): SegmentRow {
  return {
    groupUuid: group.uuid,
    volumeName: 'root',
    volumeUuid: 'uuid of root',
    volumeType: '-',
    hidden: false,
    volumeSizeBytes: 2 * extent,
    startBytes: 0,
    sizeBytes: 2 * extent,
    type: 'linear',
    stripes: 1,
    stripeSizeBytes: 0,
    ranges: [{ device: one, first: 3, last: 4 }],
    areas: [{ device: one, firstExtent: 3 }],
    ...changes,
  };
}

const striped = linear({
  type: 'striped',
  stripes: 2,
  stripeSizeBytes: 65_536,
  ranges: [
    { device: one, first: 0, last: 0 },
    { device: two, first: 5, last: 5 },
  ],
  areas: [
    { device: one, firstExtent: 0 },
    { device: two, firstExtent: 5 },
  ],
});

function assemble(
  segments: readonly SegmentRow[],
  rows: readonly PhysicalVolumeRow[] = [physicalVolume(one)],
) {
  const devices = rows.flatMap(({ device }) => device ?? []);
  return assembleGroups(devices, rows, segments);
}

function codeFor(segments: readonly SegmentRow[], rows?: Parameters<typeof assemble>[1]) {
  return codeOf(() => assemble(segments, rows));
}

describe('a guest’s volume groups', () => {
  it('hold linear volumes with all that a device-mapper line needs', () => {
    expect(assemble([linear()])).toEqual([
      {
        ...group,
        physicalVolumes: [
          {
            uuid: `uuid of ${one}`,
            device: one,
            firstExtentBytes: 1_048_576,
            sizeBytes: 10 * extent,
          },
        ],
        logicalVolumes: [
          {
            name: 'root',
            uuid: 'uuid of root',
            sizeBytes: 2 * extent,
            segments: [
              {
                type: 'linear',
                startBytes: 0,
                sizeBytes: 2 * extent,
                stripeSizeBytes: 0,
                areas: [{ device: one, firstExtent: 3 }],
              },
            ],
          },
        ],
      },
    ]);
  });

  it('hold striped volumes over two physical volumes', () => {
    const [found] = assemble([striped], [physicalVolume(one), physicalVolume(two)]);
    expect(found?.logicalVolumes[0]?.segments[0]).toMatchObject({
      type: 'striped',
      stripeSizeBytes: 65_536,
      areas: striped.areas,
    });
  });

  it('have segments in order of their start, however LVM lists them', () => {
    const half = { sizeBytes: extent, volumeSizeBytes: 2 * extent };
    const first = linear({
      ...half,
      ranges: [{ device: one, first: 7, last: 7 }],
      areas: [{ device: one, firstExtent: 7 }],
    });
    const second = linear({
      ...half,
      startBytes: extent,
      ranges: [{ device: one, first: 1, last: 1 }],
      areas: [{ device: one, firstExtent: 1 }],
    });
    const [found] = assemble([second, first]);
    expect(found?.logicalVolumes[0]?.segments.map(({ startBytes }) => startBytes)).toEqual([
      0,
      extent,
    ]);
  });

  it.each([
    ['raid1', linear({ type: 'raid1', areas: [{ device: 'rd_rimage_0', firstExtent: 0 }] })],
    ['thin', linear({ type: 'thin', stripes: 0, ranges: [], areas: [] })],
    ['snapshot', linear({ volumeType: 's' })],
    ['snapshot', linear({ volumeType: 'S' })],
    ['merging-origin', linear({ volumeType: 'O' })],
    ['partial', linear({ areas: [{ device: '[unknown]', firstExtent: 3 }] })],
    ['stacked', linear({ areas: [{ device: 'pvmove0', firstExtent: 3 }] })],
    ['stacked', linear({ areas: [{ device: '/dev/sda1', firstExtent: 3 }] })],
  ])('report a segment that cannot be mapped as %s, without areas', (type, row) => {
    const [found] = assemble([row]);
    expect(found?.logicalVolumes[0]?.segments).toMatchObject([{ type, areas: [] }]);
  });

  it('leave the hidden parts of other volumes out', () => {
    const hidden = linear({ hidden: true, volumeName: '[rd_rimage_0]', volumeUuid: 'other' });
    expect(assemble([linear(), hidden])[0]?.logicalVolumes).toHaveLength(1);
  });

  it('leave a physical volume of no group out', () => {
    expect(assemble([], [physicalVolume(one, { group: undefined })])).toEqual([]);
  });

  it('say how many physical volumes are missing', () => {
    const partial = { ...group, missingPhysicalVolumes: 1 };
    const rows = [
      physicalVolume(one, { group: partial }),
      { ...physicalVolume('gone', { group: partial }), device: undefined },
    ];
    expect(assembleGroups([one], rows, [])).toMatchObject([{ missingPhysicalVolumes: 1 }]);
    expect(codeOf(() => assembleGroups([one], rows.slice(0, 1), []))).toBe('output-unexpected');
  });

  it('may bear one name when their UUIDs differ', () => {
    const other = { ...group, uuid: 'LrkkeR-5mUx-e9fK-Zeqz-m1p6-zYUw-5a70ac' };
    const rows = [physicalVolume(one), physicalVolume(two, { group: other })];
    expect(assemble([], rows).map(({ name }) => name)).toEqual(['VolGroup00', 'VolGroup00']);
  });
});

describe('reports that contradict each other are refused', () => {
  it('when LVM overlooks a device, or answers about another', () => {
    expect(codeOf(() => assembleGroups([one, two], [physicalVolume(one)], []))).toBe(
      'output-unexpected',
    );
    const rows = [physicalVolume(one), physicalVolume(two)];
    expect(codeOf(() => assembleGroups([one], rows, []))).toBe('output-unexpected');
  });

  it('when a device bears two physical volumes', () => {
    expect(codeFor([], [physicalVolume(one), physicalVolume(one, { uuid: 'x' })])).toBe(
      'output-unexpected',
    );
  });

  it('when a volume belongs to no group', () => {
    expect(codeFor([linear({ groupUuid: 'other' })])).toBe('output-unexpected');
  });

  it('when physical volumes disagree about their group', () => {
    const smaller = { ...group, extentSizeBytes: extent / 2 };
    expect(codeFor([], [physicalVolume(one), physicalVolume(two, { group: smaller })])).toBe(
      'output-unexpected',
    );
  });

  it.each([
    ['the segments leave a gap', linear({ startBytes: extent })],
    ['the segments do not make the volume', linear({ volumeSizeBytes: 3 * extent })],
    ['a segment is empty', linear({ sizeBytes: 0 })],
    ['the extents do not make the size', linear({ ranges: [{ device: one, first: 3, last: 5 }] })],
    ['devices and ranges differ', linear({ areas: [{ device: one, firstExtent: 2 }] })],
    ['a linear segment has two areas', { ...striped, type: 'linear' }],
    ['stripes have no size', { ...striped, stripeSizeBytes: 0 }],
    ['stripes are no sectors', { ...striped, stripeSizeBytes: 1_000 }],
    ['an area is missing', { ...striped, stripes: 3 }],
    [
      'an extent lies behind the end',
      linear({
        ranges: [{ device: one, first: 9, last: 10 }],
        areas: [{ device: one, firstExtent: 9 }],
      }),
    ],
  ])('when %s', (_, row) => {
    expect(codeFor([row], [physicalVolume(one), physicalVolume(two)])).toBe('output-unexpected');
  });

  it.each([
    ['the device is too small', physicalVolume(one, { deviceSizeBytes: 10 * extent })],
    ['the extents begin within a sector', physicalVolume(one, { firstExtentBytes: 100 })],
    ['the extents have no size', physicalVolume(one, { group: { ...group, extentSizeBytes: 0 } })],
  ])('when %s', (_, row) => {
    expect(codeFor([], [row])).toBe('output-unexpected');
  });
});
